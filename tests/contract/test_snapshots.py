"""Snapshots: when they are kept, that they are the generators of that moment, and what is drawn."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from reprogan import training
from reprogan.cli import app
from reprogan.history import DivergenceError
from reprogan.latents.drawing import draw as draw_one
from reprogan.npz import read_npz
from reprogan.resident import to_bytes
from reprogan.sampling import CHUNK, Model, draw
from reprogan.saves import Saves
from reprogan.settings import Sample, Train
from reprogan.snapshots import Snapshots
from reprogan.stages.sample import sample
from reprogan.stages.train import Machine, train
from small import SHAPE, ZOO, narrow
from trained import save_data

BATCH, EVERY = 8, 32
SCHEDULES = ("exponential_decay", "momentum_ramp")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return save_data(tmp_path_factory.mktemp("data"), train=40)


def run(data, out, name="lsgan", every=EVERY, steps=12, save_every=1e9, variant=None):
    """The model's folder after a training; checkpoints in out/scratch."""
    settings = Train(images=1, batch=BATCH, history_every=2, snapshot_every=every)
    machine = Machine(scratch=out / "scratch", device="cpu", saves=Saves(save_every))
    train(
        name, variant or ZOO[name], settings, steps, data, out / "model", out / "history.csv",
        machine,
    )  # fmt: skip
    return out / "model"


def kept(model):
    """After how many images, and what."""
    found = sorted((model / "snapshots").glob("*"))
    assert all(path.name == f"{int(path.stem):012d}.safetensors" for path in found)
    return {int(path.stem): path.read_bytes() for path in found}


@pytest.mark.parametrize(
    ("every", "steps", "numbers"),
    [
        (32, 12, [32, 64]),  # 96 are the end, which is the model itself
        (32, 13, [32, 64, 96]),
        (20, 12, [24, 40, 64, 80]),  # with the batch that reaches 20, 40, 60, 80
        (8, 4, [8, 16, 24]),
        (3, 4, [8, 16, 24]),  # several multiples in one batch are one
        (96, 12, []),
        (1000, 12, []),
        (None, 12, []),
        (32, 0, []),
    ],
)
def test_one_is_kept_with_each_batch_that_reaches_a_multiple(data, tmp_path, every, steps, numbers):
    model = run(data, tmp_path, every=every, steps=steps)
    assert list(kept(model)) == Model.load(model, "cpu").snapshots == numbers
    assert not list((tmp_path / "scratch").glob("checkpoints/*"))


@pytest.mark.parametrize("name", ["lsgan", "+average", "wgan_gp", "cgan"])
def test_one_is_bit_for_bit_what_a_training_that_ends_there_makes(data, tmp_path, name):
    """Where nothing depends on how long a training is, as rates of `cgan` do."""
    free = [trick for trick in ZOO[name].tricks if trick.name not in SCHEDULES]
    variant = ZOO[name].model_copy(update={"tricks": tuple(free)})
    long = run(data, tmp_path / "long", variant=variant) / "snapshots"
    for shown in (32, 64):
        steps = shown // BATCH
        short = run(data, tmp_path / str(shown), every=None, steps=steps, variant=variant)
        whole = load_file(short / "weights.safetensors")
        found = load_file(long / f"{shown:012d}.safetensors")
        assert found.keys() == {key for key in whole if not key.startswith("critic")}
        assert all(torch.equal(found[key], whole[key]) for key in found)


def test_they_move_nothing_else(data, tmp_path):
    one, other = (run(data, tmp_path / str(every), every=every) for every in (8, None))
    for name in ("model/weights.safetensors", "history.csv"):
        assert (one.parent / name).read_bytes() == (other.parent / name).read_bytes()


PLAYED = ["lsgan", "+average", "r1", "progressive", "improved_gan", "lapgan", "cgan"]


@pytest.mark.parametrize("name", PLAYED)
def test_what_is_drawn_of_one_is_what_the_game_would_have_drawn_then(
    data, tmp_path, monkeypatch, name
):
    """On the schedules of that moment, of the same noise as at the end: whatever the variant has."""
    told = SHAPE.classes if ZOO[name].game.conditional else 0
    then, keep = {}, Snapshots.keep

    def look(self, game, shown):
        keep(self, game, shown)
        drawn = draw(game, 5, range(CHUNK), told, torch.device("cpu"))
        then[f"published_{shown}"] = to_bytes(drawn).numpy()[:30]

    monkeypatch.setattr(Snapshots, "keep", look)
    folder = run(data, tmp_path, name)
    images, snapshots = tmp_path / "it.npz", tmp_path / "it_snapshots.npz"
    settings = Sample(images=30, draws=2, seed=5, grid=2)
    sample("it", settings, folder, images, snapshots, tmp_path / "it.png", "cpu")
    found = read_npz(snapshots, "sample")
    assert sorted(then) == sorted(key for key in found if key.startswith("published"))
    assert all(np.array_equal(found[key], then[key]) for key in then)
    end = read_npz(images, "sample")["images"]
    assert np.array_equal(end, np.concatenate(list(Model.load(folder, "cpu").images(5, 60))))
    assert not np.array_equal(found["published_64"], end[:30])
    averaged = any(trick.name == "average" for trick in ZOO[name].tricks)
    assert ("raw_64" in found) is averaged


def test_raw_weights_are_those_that_were_trained_and_published_ones_their_average(data, tmp_path):
    """Averaging changes no training, so raw images are those of the same row without it."""
    averaged = ZOO["+average"]
    plain = averaged.model_copy(update={"tricks": ()})
    drawn = {}
    for label, variant in (("averaged", averaged), ("plain", plain)):
        folder = run(data, tmp_path / label, variant=variant)
        to = [tmp_path / label / name for name in ("it.npz", "snapshots.npz", "it.png")]
        sample("it", Sample(images=20), folder, *to, "cpu")
        drawn[label] = read_npz(to[1], "sample")
    assert list(drawn["averaged"]) == ["published_32", "raw_32", "published_64", "raw_64"]
    assert list(drawn["plain"]) == ["published_32", "published_64"]
    for shown in (32, 64):
        raw, mine = drawn["averaged"][f"raw_{shown}"], drawn["averaged"][f"published_{shown}"]
        assert np.array_equal(raw, drawn["plain"][f"published_{shown}"])
        assert not np.array_equal(raw, mine)


def test_without_any_the_sample_stage_writes_an_empty_file(data, tmp_path):
    folder = run(data, tmp_path, every=None)
    to = [tmp_path / name for name in ("it.npz", "snapshots.npz", "it.png")]
    sample("it", Sample(images=5), folder, *to, "cpu")
    assert read_npz(to[1], "sample") == {}


def test_draws_are_of_other_images_each(data, tmp_path):
    folder = run(data, tmp_path)
    drawn = {}
    for draws in (1, 3):
        to = [tmp_path / f"{draws}{end}" for end in (".npz", "_snapshots.npz", ".png")]
        sample("it", Sample(images=20, draws=draws), folder, *to, "cpu")
        drawn[draws] = read_npz(to[0], "sample")
        assert int(drawn[draws]["draws"]) == draws
        assert {len(x) for x in read_npz(to[1], "sample").values()} == {20}
    images = drawn[3]["images"]
    assert np.array_equal(images[:20], drawn[1]["images"])
    assert len(images) == len(np.unique(images.reshape(60, -1), axis=0)) == 60
    assert len(drawn[3]["labels"]) == 60


def test_a_training_that_goes_on_has_the_same(data, tmp_path, monkeypatch):
    whole = run(data, tmp_path / "a")
    for stop in (2, 5, 9):  # before the first, between two, after the last
        out = tmp_path / str(stop)
        stopped(data, out, stop, monkeypatch)
        assert kept(run(data, out, save_every=0)) == kept(whole)


def stopped(data, out, stop, monkeypatch):
    """A training that dies within step `stop`, and keeps a checkpoint of each before."""
    play = training.train

    def dying(*words, **options):
        for step, turns in play(*words, **options):
            if step == stop:
                raise MemoryError
            yield step, turns

    with monkeypatch.context() as patch:
        patch.setattr(training, "train", dying)
        with pytest.raises(MemoryError):
            run(data, out, save_every=0)


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "moved"])
def test_from_before_a_damaged_one_it_is_trained_again(data, tmp_path, monkeypatch, damage, capsys):
    """And no other is taken for it."""
    whole = run(data, tmp_path / "whole")
    stopped(data, tmp_path, 9, monkeypatch)
    spoil(tmp_path / "scratch", damage)
    model = run(data, tmp_path, save_every=0)
    assert kept(model) == kept(whole)
    assert capsys.readouterr().err.count("a snapshot before it is missing or damaged") == 2


def spoil(scratch, damage):
    """The snapshot at 32 images."""
    (path,) = scratch.glob("checkpoints/*/snapshots/000000000032-*")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    if damage in ("flip", "cut"):
        path.write_bytes(content if damage == "flip" else content[:-1])
    elif damage == "moved":
        (other,) = scratch.glob("checkpoints/*/snapshots/000000000064-*")
        path.rename(path.with_name(path.name.replace("32", "96")))
        other.rename(other.with_name(other.name.replace("000064", "000032")))
    else:
        path.unlink()


def test_one_that_is_damaged_while_it_runs_is_never_published(data, tmp_path, monkeypatch):
    """It says so; the same command then goes on from before it."""
    whole, keep = run(data, tmp_path / "whole"), Snapshots.keep

    def keep_and_spoil(self, game, shown):
        keep(self, game, shown)
        if shown == 64:
            spoil(tmp_path / "scratch", "flip")

    with monkeypatch.context() as patch:
        patch.setattr(Snapshots, "keep", keep_and_spoil)
        with pytest.raises(ValueError, match=r"snapshot at 32 images .* missing or damaged: run"):
            run(data, tmp_path)
    assert kept(run(data, tmp_path)) == kept(whole)


def test_those_of_an_earlier_training_go(data, tmp_path):
    assert kept(run(data, tmp_path))
    assert kept(run(data, tmp_path, every=None)) == {}
    assert kept(run(data, tmp_path))
    rate = {"name": "sgd", "learning_rate": 3.0}
    wild = narrow("lsgan", critic_optimizer=rate, networks={"critic_norm": "none"})
    with pytest.raises(DivergenceError):
        run(data, tmp_path, variant=wild)
    assert kept(tmp_path / "model") == {}


def test_one_that_is_torn_or_of_another_game_is_refused(data, tmp_path):
    folder = run(data, tmp_path)
    path = folder / "snapshots" / "000000000032.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        Model.load(folder, "cpu").recall(32)
    other = run(data, tmp_path / "other", "ns_gan") / "snapshots" / path.name
    path.write_bytes(other.read_bytes())
    with pytest.raises(ValueError, match="does not fit its configuration"):
        Model.load(folder, "cpu").recall(32)


def test_a_picture_of_one_is_that_of_a_training_that_ends_there(data, tmp_path):
    long, short = run(data, tmp_path / "long"), run(data, tmp_path / "short", steps=4)
    words = {"seed": 3, "side": 4, "of_class": None, "device": "cpu"}
    said = draw_one("it", long, tmp_path / "one.npz", **words, at=32)
    assert said.endswith("it, seed 3, as after 32 real images")
    draw_one("it", short, tmp_path / "other.npz", **words)
    draw_one("it", long, tmp_path / "end.npz", **words)
    one, other, end = (
        read_npz(tmp_path / f"{name}.npz", "sample")["images"] for name in ("one", "other", "end")
    )
    assert np.array_equal(one, other) and not np.array_equal(one, end)


def test_one_that_was_not_kept_is_refused_with_those_that_were(data, tmp_path):
    model = Model.load(run(data, tmp_path), "cpu")
    with pytest.raises(ValueError, match=r"no snapshot at 33 images; valid: 32, 64"):
        model.recall(33)
    model = replace(model, folder=run(data, tmp_path / "none", every=None))
    with pytest.raises(ValueError, match=r"valid: none \(train\.snapshot_every\)"):
        model.recall(32)


def test_the_stage_takes_no_moment():
    result = CliRunner().invoke(app, ["sample", "--at", "32"])
    assert result.exit_code == 1 and "--at: without --to FILE this is the stage" in result.output


def test_networks_that_grow_are_drawn_as_far_as_they_had_grown(data, tmp_path):
    """In its first phase a progressive generator makes 4x4 images: each of 8x8 is of 2x2 blocks."""
    small = ZOO["progressive"]
    growing = small.model_copy(update={"game": small.game.model_copy(update={"phase_images": 40})})
    folder = run(data, tmp_path, every=32, steps=20, variant=growing)
    model = Model.load(folder, "cpu")
    model.recall(32)
    early = np.concatenate(list(model.images(0, 5)))
    assert np.array_equal(early, early[:, :, ::2, ::2].repeat(2, axis=2).repeat(2, axis=3))
    model.recall(128)
    grown = np.concatenate(list(model.images(0, 5)))
    assert not np.array_equal(grown, grown[:, :, ::2, ::2].repeat(2, axis=2).repeat(2, axis=3))
