"""A training that is stopped, killed, damaged or diverges loses nothing and says what happened."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from reprogan import training
from reprogan.checkpoint import Checkpoints, decode, encode, load_networks, save_networks
from reprogan.data.imageset import ImageSet
from reprogan.history import DivergenceError
from reprogan.sampling import Model
from reprogan.saves import Saves
from reprogan.settings import Train
from reprogan.stages.train import Machine, train
from reprogan.trainer import train as play
from small import ROOT, ZOO, build, narrow


@pytest.fixture
def data(tmp_path):
    random = np.random.default_rng(0)
    labels = np.arange(40) % 10
    images = random.integers(0, 256, (40, 1, 8, 8), np.uint8)
    folder = tmp_path / "data"
    ImageSet(images=images, labels=labels, classes=tuple("0123456789")).save(folder / "train.npz")
    return folder


SETTINGS = Train(images=1, batch=8, history_every=2)


def run(name, data, out, machine, steps=12, variant=None):
    train(
        name,
        variant or ZOO[name],
        SETTINGS,
        steps,
        data,
        out / "model",
        out / "history.csv",
        machine,
    )
    files = [out / "model/weights.safetensors", out / "model/config.json", out / "history.csv"]
    return [path.read_bytes() for path in files]


def cut(data, out, machine, monkeypatch, after):
    """A run that dies, as by kill -9, once it has written `after` checkpoints."""
    saved = []
    keep = Checkpoints.save

    def save_and_die(self, step, state):
        saved.append(keep(self, step, state))
        if len(saved) == after:
            raise MemoryError
        return saved[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "save", save_and_die)
        with pytest.raises(MemoryError):
            run("wgan_gp", data, out, machine)
    return saved


def test_same_run_same_bytes(data, tmp_path):
    one = run("cgan", data, tmp_path / "a", Machine(scratch=tmp_path / "s"))
    two = run("cgan", data, tmp_path / "b", Machine(scratch=tmp_path / "s"))
    assert one == two
    assert not list((tmp_path / "s").glob("checkpoints/*"))


def test_killed_run_goes_on_with_the_same_bytes(data, tmp_path, monkeypatch, capsys):
    whole = run("wgan_gp", data, tmp_path / "a", Machine(scratch=tmp_path / "s"))
    machine = Machine(scratch=tmp_path / "s", saves=Saves(0))
    cut(data, tmp_path / "b", machine, monkeypatch, after=3)
    assert run("wgan_gp", data, tmp_path / "b", machine) == whole
    assert "going on from step 3 of 12" in capsys.readouterr().out


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_checkpoint_is_passed_over(data, tmp_path, monkeypatch, capsys, damage):
    whole = run("wgan_gp", data, tmp_path / "a", Machine(scratch=tmp_path / "s"))
    machine = Machine(scratch=tmp_path / "s", saves=Saves(0))
    newest = cut(data, tmp_path / "b", machine, monkeypatch, after=3)[-1]
    content = bytearray(newest.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
    newest.write_bytes(
        content if damage == "flip" else content[: len(content) // 2 * (damage == "cut")]
    )
    assert run("wgan_gp", data, tmp_path / "b", machine) == whole
    said = capsys.readouterr()
    assert "going on from step 2 of 12" in said.out and f"{newest} is damaged" in said.err


def test_a_run_with_another_configuration_does_not_go_on_from_it(
    data, tmp_path, monkeypatch, capsys
):
    machine = Machine(scratch=tmp_path / "s", saves=Saves(0))
    cut(data, tmp_path / "b", machine, monkeypatch, after=3)
    other = narrow("wgan_gp", tricks={"gradient_penalty": {"weight": 9.0}})
    fresh = run("wgan_gp", data, tmp_path / "a", Machine(scratch=tmp_path / "t"), variant=other)
    capsys.readouterr()
    assert run("wgan_gp", data, tmp_path / "b", machine, variant=other) == fresh
    assert "going on" not in capsys.readouterr().out


def test_other_data_do_not_go_on_from_it(data, tmp_path, monkeypatch, capsys):
    machine = Machine(scratch=tmp_path / "s", saves=Saves(0))
    cut(data, tmp_path / "b", machine, monkeypatch, after=3)
    whole = ImageSet.load(data / "train.npz")
    ImageSet(images=255 - whole.images, labels=whole.labels, classes=whole.classes).save(
        data / "train.npz"
    )
    run("wgan_gp", data, tmp_path / "b", machine)
    assert "going on" not in capsys.readouterr().out


def test_divergence_names_step_player_and_last_good_checkpoint(data, tmp_path):
    rate = {"name": "sgd", "learning_rate": 3.0}
    wild = narrow("lsgan", critic_optimizer=rate, networks={"critic_norm": "none"})
    machine = Machine(scratch=tmp_path / "s", saves=Saves(0))
    said = r"wild: generator_adversarial is (nan|inf) at step 3; the last good checkpoint is at step 3: .*safetensors"
    with pytest.raises(DivergenceError, match=said):
        run("wild", data, tmp_path / "a", machine, variant=wild)
    assert [path.name for path in (tmp_path / "a" / "model").iterdir()] == ["config.json"]


def test_a_divergence_leaves_the_same_course_however_often_it_was_saved(data, tmp_path):
    """And no weights: those of an earlier training, which the new configuration would not fit, go."""
    rate = {"name": "sgd", "learning_rate": 3.0}
    wild = narrow("lsgan", critic_optimizer=rate, networks={"critic_norm": "none"})
    courses = []
    for name, save_every in (("a", 0.0), ("b", 1e9)):
        weights = tmp_path / name / "model/weights.safetensors"
        weights.parent.mkdir(parents=True)
        weights.write_bytes(b"those of an earlier training")
        with pytest.raises(DivergenceError) as caught:
            machine = Machine(scratch=tmp_path / "s" / name, saves=Saves(save_every))
            run("wild", data, tmp_path / name, machine, variant=wild)
        assert caught.value.step == 3 and not weights.exists()
        courses.append((tmp_path / name / "history.csv").read_text())
    assert courses[0] == courses[1]
    assert [line.split(",")[0] for line in courses[0].splitlines()] == ["step", "2"]


def test_weights_that_are_ruined_under_finite_losses_are_never_written(data, tmp_path, monkeypatch):
    """By the last update of all: no loss is computed after it, and its samples would be black."""

    def ruinous(game, *words, **options):
        yield from play(game, *words, **options)

        next(game.networks["generator"].parameters()).data[0, 0] = float("nan")

    monkeypatch.setattr(training, "train", ruinous)
    with pytest.raises(DivergenceError, match="the largest weight of generator is nan at step 12"):
        run("ns_gan", data, tmp_path / "a", Machine(scratch=tmp_path / "s"))
    assert not (tmp_path / "a" / "model/weights.safetensors").exists()


def test_the_same_training_elsewhere_is_waited_for(data, tmp_path, monkeypatch, capsys):
    """Else one would remove the checkpoints under the other."""
    monkeypatch.setattr("reprogan.stages.train.key_of", lambda *_: "key")
    (tmp_path / "s" / "locks").mkdir(parents=True)
    code = "import sys, time, filelock; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); print(); time.sleep(1)"
    command = [sys.executable, "-u", "-c", code, str(tmp_path / "s" / "locks" / "key")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        run("ns_gan", data, tmp_path / "a", Machine(scratch=tmp_path / "s"))
    assert "another process trains the same; waiting for it" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_the_same_command_goes_on(data, tmp_path, number):
    """Through the real command line, in a process of its own."""
    (tmp_path / "data" / "normalized").mkdir()
    (data / "train.npz").rename(tmp_path / "data" / "normalized" / "train.npz")
    params = (ROOT / "params.yaml").read_text("utf-8")
    (tmp_path / "params.yaml").write_text(params, "utf-8")
    command = [sys.executable, str(ROOT / "src/run.py"), "train", "ns_gan", "--device", "cpu"]
    environment = os.environ | {"DVC_ROOT": str(tmp_path), "REPROGAN_SAVE_EVERY": "0.01"}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)  # fmt: skip
    checkpoints = tmp_path / ".dvc/tmp/reprogan/checkpoints"
    deadline = time.monotonic() + 60
    while not list(checkpoints.glob("*/*.safetensors")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 130 and "the same command goes on" in output
    (tmp_path / "params.yaml").write_text(params, "utf-8")
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and "ns_gan: going on from step" in process.stdout.readline()
    process.kill()
    process.communicate()


def test_networks_file_is_plain_and_checked(tmp_path):
    game = build(ZOO["+average"])
    path = tmp_path / "weights.safetensors"
    save_networks(game, path)
    first = path.read_bytes()
    save_networks(game, path)
    assert path.read_bytes() == first
    assert {key.split("/")[0] for key in load_file(path)} == {
        "critic",
        "generator",
        "generator_average",
    }
    other = build(ZOO["+average"], seed=5)
    load_networks(other, path)
    z = [torch.ones(3, 6)]
    assert torch.equal(game.sample(z), other.sample(z))
    with pytest.raises(ValueError, match="does not fit"):
        load_networks(build(ZOO["ns_gan"]), path)
    path.write_bytes(first[:100])
    with pytest.raises(ValueError, match="not a whole safetensors file"):
        load_networks(other, path)
    with pytest.raises(ValueError, match="train this variant first"):
        load_networks(other, tmp_path / "none.safetensors")


def test_a_missing_or_broken_model(tmp_path):
    with pytest.raises(ValueError, match="train this variant first"):
        Model.load(tmp_path)
    (tmp_path / "config.json").write_text("{", "utf-8")
    with pytest.raises(ValueError, match="is not JSON"):
        Model.load(tmp_path)


def test_a_state_of_any_shape_is_kept_exactly():
    state = {"a": [1, (2.5, None), {"b": torch.arange(3)}], 7: {"c": True, "d": "text"}}
    tensors = {}
    tree = json.loads(json.dumps(encode(state, tensors)))
    back = decode(tree, tensors)
    assert torch.equal(back["a"][2].pop("b"), state["a"][2].pop("b")) and back == state
    with pytest.raises(TypeError, match="a checkpoint cannot keep a set"):
        encode({"a": {1}}, {})


def test_images_do_not_depend_on_how_many_are_drawn(data, tmp_path):
    run("dcgan", data, tmp_path, Machine(scratch=tmp_path / "s"))
    model = Model.load(tmp_path / "model", "cpu")
    many = np.concatenate(list(model.images(3, 230)))
    few = np.concatenate(list(model.images(3, 7)))
    assert many.shape == (230, 1, 8, 8) and many.dtype == np.uint8
    assert np.array_equal(many[:7], few)
    assert not np.array_equal(next(iter(model.images(4, 7))), few)


def test_checkpoints_keep_the_last_two(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2, 3, 10):
        checkpoints.save(step, {"x": torch.tensor(step)})
    assert [path.name[:12] for path in checkpoints.paths()] == ["000000000003", "000000000010"]
    step, state = checkpoints.latest()
    assert step == 10 and state["x"] == 10
