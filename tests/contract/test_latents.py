"""Walks and arithmetic in noise do what the papers say, and write where they are told and nowhere else."""

import doctest
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from typer.testing import CliRunner

from reprogan import cli, latent_commands
from reprogan.__main__ import app
from reprogan.component import ConfigError
from reprogan.data.imageset import ImageSet
from reprogan.game import Game, Pair, Player
from reprogan.latent import Latent
from reprogan.latents import expression
from reprogan.latents.animation import FRAME, save_animation
from reprogan.latents.arithmetic import CENTER, REACH, calculate, in_pixels, means, neighbors, total
from reprogan.latents.classes import held, number_of
from reprogan.latents.expression import Term, numbers, terms
from reprogan.latents.labeler import Labeler, surest
from reprogan.latents.walks import arc, choose_paths, line, walk, walks
from reprogan.metrics.extractors.classifier import Classifier
from reprogan.metrics.extractors.random_features import RandomFeatures
from reprogan.sampling import Model
from reprogan.stages.reference import reference
from reprogan.tricks.coded_latent import CodedLatent
from reprogan.variant import Shape
from small import ROOT, ZOO, narrow
from trained import model_of, model_with, save_data, save_model

ROOT_HALF = math.sqrt(0.5)
CGAN = narrow("dcgan", game={"conditional": True})


def vectors(*rows):
    return torch.tensor(rows, dtype=torch.float32)


class Show(nn.Module):
    """An image that is its noise."""

    def forward(self, z, given=None):
        return z.view(len(z), 1, 2, 2)


def plain_model(pairs=1, prior="uniform"):
    """Images of 2x2 that are the mean of the noise of all pairs."""
    shapes = [(4,), (1, 2, 2)]
    made = [
        Pair(Player(f"c{k}", nn.Identity()), Player(f"g{k}", Show()), Latent(shapes[k], prior))
        for k in range(pairs)
    ]
    draw = lambda nets, z, given: sum(n(x) for n, x in zip(nets, z, strict=True)) / pairs  # noqa: E731
    return model_with(Game(made, draw), Shape(1, 2, 0), 0)


# Ways


def test_an_arc_between_orthogonal_unit_vectors():
    a, b = vectors([1, 0, 0]), vectors([0, 1, 0])
    torch.testing.assert_close(arc(a, b, 0.5), vectors([ROOT_HALF, ROOT_HALF, 0]))
    torch.testing.assert_close(arc(a, b, 1 / 3), vectors([math.sqrt(0.75), 0.5, 0]))
    torch.testing.assert_close(line(a, b, 0.5), vectors([0.5, 0.5, 0]))
    torch.testing.assert_close(line(a, b, 0.25), vectors([0.75, 0.25, 0]))


def test_an_arc_between_vectors_of_other_lengths_and_angles():
    """At 60 degrees both shares at 1/2 are sin 30 / sin 60 = 1 / sqrt 3."""
    a, b = vectors([2, 0]), vectors([0.5, math.sqrt(0.75)])
    torch.testing.assert_close(arc(a, b, 0.5), (a + b) / math.sqrt(3))


@pytest.mark.parametrize("way", [line, arc])
def test_ends_are_exact(way):
    a, b = torch.randn(50, 3, 4), torch.randn(50, 3, 4)
    assert torch.equal(way(a, b, 0.0), a) and torch.equal(way(a, b, 1.0), b)


def test_an_arc_keeps_the_length_and_a_line_cuts_through():
    a, b = torch.randn(20, 400), torch.randn(20, 400)
    a, b = 20 * a / a.norm(dim=1, keepdim=True), 20 * b / b.norm(dim=1, keepdim=True)
    torch.testing.assert_close(arc(a, b, 0.3).norm(dim=1), torch.full((20,), 20.0))
    assert line(a, b, 0.5).norm(dim=1).max() < 16


@pytest.mark.parametrize("b", [[2.0, 0.0], [-3.0, 0.0], [0.0, 0.0]])
def test_parallel_opposite_and_zero_have_a_line(b):
    a, b = vectors([1, 0]), vectors(b)
    torch.testing.assert_close(arc(a, b, 0.25), 0.75 * a + 0.25 * b)


def test_every_vector_has_an_arc_of_its_own_whatever_its_shape():
    a, b = torch.randn(3, 1, 2, 2), torch.randn(3, 1, 2, 2)
    both = arc(a, b, 0.4)
    for i in range(3):
        assert torch.equal(both[i : i + 1], arc(a[i : i + 1], b[i : i + 1], 0.4))
        assert torch.equal(both[i].flatten(), arc(a[i].view(1, 4), b[i].view(1, 4), 0.4)[0])


def test_a_walk_has_equal_steps_and_both_ends():
    a, b = torch.zeros(2, 3), vectors([4, 8, 0], [0, 0, -4])
    way = walk(a, b, 5, "linear")
    assert way.shape == (2, 5, 3) and torch.equal(way[:, 0], a) and torch.equal(way[:, -1], b)
    torch.testing.assert_close(way[0, :, 0], vectors(0, 1, 2, 3, 4))


def test_walks_lead_from_sample_2i_to_2i_plus_1_in_all_noise_at_once():
    model = plain_model(pairs=2, prior="normal")
    z = walks(model, 5, 3, 9, ["linear", "spherical"])
    assert [noise.shape for noise in z] == [(54, 4), (54, 1, 2, 2)]
    for k, noise in enumerate(z):
        ends = model.game.pairs[k].latent.of(5, range(6), k)
        ways = noise.view(3, 2, 9, *noise.shape[1:])
        for i in range(3):
            for way in ways[i]:
                assert torch.equal(way[0], ends[2 * i]) and torch.equal(way[-1], ends[2 * i + 1])
            middle = (ends[2 * i] + ends[2 * i + 1]) / 2
            torch.testing.assert_close(ways[i, 0, 4], middle)
            assert not torch.allclose(ways[i, 1, 4], middle, rtol=1e-2)


def test_paths_follow_the_prior():
    normal, uniform = Latent((4,)), Latent((4,), "uniform")
    assert choose_paths(None, [normal]) == ["spherical"]
    assert choose_paths(None, [normal, uniform]) == choose_paths("linear", [uniform]) == ["linear"]
    assert choose_paths(None, [CodedLatent((16,))]) == ["linear"]
    assert choose_paths("both", [normal]) == ["linear", "spherical"]
    for asked in ("spherical", "both"):
        with pytest.raises(
            ConfigError, match="noise of this model is uniform.*leaves what.*linear"
        ):
            choose_paths(asked, [normal, uniform])
    with pytest.raises(ConfigError, match="linear, spherical or both; got 'strait'"):
        choose_paths("strait", [normal])


def test_an_arc_leaves_the_cube_that_uniform_noise_fills():
    """The reason why it is refused: at 1/2 the shares of both ends are 1 / (2 cos 30)."""
    a, b = vectors([1, 1, 0.0]), vectors([1, 0, 1.0])
    assert (
        arc(a, b, 0.5).max() == pytest.approx(2 / (2 * math.cos(math.radians(30))))
        and 2 / math.sqrt(3) > 1
    )


# Arithmetic


def test_expressions():
    assert doctest.testmod(expression).failed == 0
    assert terms("7") == [Term(1, "7")]
    assert terms(" A  -  B + C ") == [Term(1, "A"), Term(-1, "B"), Term(1, "C")]
    for bad in ("", "A -", "- A", "A - - B", "+"):
        with pytest.raises(ConfigError, match="spaces around signs"):
            terms(bad)


def test_numbers_of_samples():
    assert numbers("3,17, 20") == [3, 17, 20] and numbers("5") == [5]
    for bad in ("3,", "a", "3;4", "-1"):
        with pytest.raises(ConfigError, match="--latents takes numbers"):
            numbers(bad)


def test_classes_by_name_and_by_number():
    assert number_of("ship", ("dog", "ship")) == 1 and number_of("0", ("dog", "ship")) == 0
    assert number_of("3", ("1", "3", "7", "9")) == 1  # a name comes first
    with pytest.raises(
        ConfigError, match="unknown class 'shop'; valid: dog, ship. Did you mean 'ship'"
    ):
        number_of("shop", ("dog", "ship"))
    with pytest.raises(ConfigError, match="unknown class '2'"):
        number_of("2", ("dog", "ship"))
    with pytest.raises(ConfigError, match="--class 3: this generator is not told a class"):
        held("3", model_of("dcgan"))
    assert held(None, model_of("dcgan")) is None and held("3", model_of(CGAN)) == 3


def test_means_and_totals_by_hand():
    z = [vectors([1, 2], [3, 4], [5, 9]), vectors([0], [3], [0])]
    assert [m.tolist() for m in means(z)] == [[[3, 5]], [[1]]]
    assert total([1, -1, 1], [vectors([1, 2]), vectors([10, 20]), vectors([100, 0])]).tolist() == [
        [91, -18]
    ]


def test_neighbors_are_near_and_the_middle_is_the_result():
    y = torch.randn(1, 500)
    around = neighbors(y, 3, 0)
    off = around - y
    assert around.shape == (9, 500) and torch.equal(around[CENTER], y[0])
    others = off[[i for i in range(9) if i != CENTER]]
    assert others.abs().max() <= REACH + 1e-6 and others.max() > 0.24 and others.min() < -0.24
    assert others.abs().mean().item() == pytest.approx(
        REACH / 2, rel=0.05
    )  # uniform: half its reach
    assert torch.equal(around, neighbors(y, 3, 0))
    assert not torch.equal(around, neighbors(y, 4, 0)) and not torch.equal(
        around, neighbors(y, 3, 1)
    )


def test_arithmetic_in_pixels_by_hand():
    a, b, c = (np.full((2, 1, 1, 2), v, np.uint8) for v in (255, 0, 0))
    assert in_pixels([1, -1, 1], [a, b, c]).tolist() == [[[[255, 255]]]]
    half = np.array([100, 200], np.uint8).reshape(2, 1, 1, 1)
    assert in_pixels([1], [half]).item() == 150
    dark = in_pixels([1, -1, 1], [c[..., :1], a[..., :1], half])
    assert dark.item() == 0  # -1 - 1 + 0.18 is cut
    assert in_pixels([1, 1, 1], [half] * 3).item() == 195  # 3 (150 / 127.5 - 1) + 1 of 127.5


def test_arithmetic_with_images_that_are_their_noise():
    model = plain_model(pairs=2)
    chosen = [(Term(1, "a"), [3, 1]), (Term(-1, "b"), [7])]
    result = calculate(model, 11, chosen)
    z = [pair.latent.of(11, range(8), k).view(8, 4) for k, pair in enumerate(model.game.pairs)]
    x = (z[0] + z[1]) / 2
    byte = lambda v: ((v.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)  # noqa: E731
    first = result.concepts[0]
    assert np.array_equal(first.exemplars.reshape(2, 4), byte(x[[3, 1]]))
    assert np.array_equal(first.mean.reshape(4), byte(x[[3, 1]].mean(0)))
    wanted = byte(x[[3, 1]].mean(0) - x[7]).int().numpy()
    assert np.abs(result.images[CENTER].reshape(4).astype(int) - wanted).max() <= 1  # order of sums
    assert result.images.shape == (9, 1, 2, 2) and len({i.tobytes() for i in result.images}) > 4
    assert np.array_equal(
        result.in_pixels, in_pixels([1, -1], [c.exemplars for c in result.concepts])
    )


def test_the_surest_of_those_that_are_taken_for_a_class():
    shares = np.log(np.array([[0.6, 0.4], [0.1, 0.9], [0.3, 0.7], [0.1, 0.9], [0.9, 0.1]]))
    assert surest(shares, 1, 2) == [1, 3] and surest(shares, 1, 3) == [1, 3, 2]
    assert surest(shares, 0, 2) == [4, 0]
    with pytest.raises(
        ConfigError, match="only 2 of 5 samples are taken for class 0, and 3 are needed"
    ):
        surest(shares, 0, 3)


# Pictures


def test_rendered_noise_is_the_sample_that_was_drawn_from_it():
    model = model_of("dcgan")
    drawn = np.concatenate(list(model.images(3, 230)))
    assert np.array_equal(model.render(model.noise(3, range(30, 170))), drawn[30:170])
    assert np.array_equal(model.render(model.noise(3, [7, 2])), drawn[[7, 2]])
    square, labels = model.square(3, 4)
    assert np.array_equal(square, drawn[:16]) and (labels == -1).all()


@pytest.mark.parametrize("name", ["lapgan", "progressive", "+information", "+average"])
def test_every_game_is_rendered_and_walked(name):
    model = model_of(name)
    drawn = next(model.images(3, 6))
    assert np.array_equal(model.render(model.noise(3, range(6))), drawn)
    paths = choose_paths(None, [pair.latent for pair in model.game.pairs])
    ends = model.render(walks(model, 3, 3, 2, paths))
    assert np.array_equal(ends, drawn)


def test_a_row_is_of_a_class_and_classes_share_their_noise():
    model = replace(model_of(CGAN), classes=tuple("abcdefghij"))
    images, labels = model.square(3, 12)
    assert labels.reshape(12, 12).tolist() == [[k % 10] * 12 for k in range(12)]
    for row, noise in ((0, range(12)), (4, range(12)), (10, range(12, 24)), (11, range(12, 24))):
        wanted = model.render(model.noise(3, noise), [row % 10] * 12)
        assert np.array_equal(images[row * 12 : row * 12 + 12], wanted)
    held_one, labels = model.square(3, 5, of=7)
    assert (labels == 7).all()
    assert np.array_equal(held_one, model.render(model.noise(3, range(25)), [7] * 25))


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_an_animation_goes_there_and_back_without_end(tmp_path, suffix, mode):
    frames = [Image.new(mode, (8, 8), color) for color in ("black", "gray", "white")]
    for name in ("a", "b"):
        save_animation(frames, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    with Image.open(tmp_path / f"a{suffix}") as read:
        assert (read.n_frames, read.info["loop"]) == (4, 0)
        seen = []
        for i in range(4):
            read.seek(i)
            seen.append(read.convert("L").getpixel((4, 4)))
            assert read.info["duration"] == FRAME
    assert seen == [0, 128, 255, 128]


# Commands


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A place with data, a classifier that knows little, and three models."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    place = tmp_path_factory.mktemp("home")
    data = save_data(place / "data/normalized", train=200, test=60)
    few = Classifier(width=4, features=8, images=2000)
    reference(few, data, place / "models/reference", place / "r.json")
    for name, variant in {"dcgan": ZOO["dcgan"], "lsgan": ZOO["lsgan"], "cgan": CGAN}.items():
        save_model(place / f"models/{name}", variant, data, steps=8)
    (place / "params.yaml").write_text((ROOT / "params.yaml").read_text("utf-8"), "utf-8")
    return place


@pytest.fixture
def call(home, monkeypatch):
    monkeypatch.chdir(home)
    monkeypatch.setenv("REPROGAN_DEVICE", "cpu")

    def run(*words, ok=True):
        before = listing(home)
        result = CliRunner().invoke(app, list(map(str, words)))
        assert (result.exit_code == 0) is ok, result.output
        assert listing(home) == before
        return result.output.replace("\n", " ")

    return run


def listing(place):
    return {p: p.stat().st_mtime_ns for p in place.rglob("*") if p.is_file()}


def said_in(path):
    with Image.open(path) as picture:
        return picture.text["reprogan"]


def test_a_picture_of_your_own(call, home, tmp_path):
    said = call("sample", "dcgan", "--to", tmp_path / "a.png", "--seed", 4, "--grid", 3)
    assert "3 x 3 images by dcgan, seed 4" in said and "3 x 3 images" in said_in(tmp_path / "a.png")
    call("sample", "dcgan", "--to", tmp_path / "a.npz", "--seed", 4, "--grid", 3)
    with np.load(tmp_path / "a.npz") as drawn:
        model = Model.load(home / "models/dcgan", "cpu")
        assert np.array_equal(drawn["images"], next(model.images(4, 9)))
        assert drawn["labels"].tolist() == [-1] * 9
    call("sample", "dcgan", "--to", tmp_path / "b.png", "--seed", 4, "--grid", 3)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert "rows of class 0, 1, 2" in call(
        "sample", "cgan", "--to", tmp_path / "c.png", "--grid", 3
    )
    assert "all of class 7" in call("sample", "cgan", "--to", tmp_path / "c.png", "--class", 7)


def test_the_stage_takes_no_option_of_a_picture(call, tmp_path):
    assert "--seed, --grid: without --to FILE this is the stage" in call(
        "sample", "dcgan", "--seed", 1, "--grid", 2, ok=False
    )
    assert "--class: without --to" in call("sample", "cgan", "--class", 1, ok=False)
    said = call("sample", "dcgan", "--to", tmp_path / "a.jpg", ok=False)
    assert "must end in .png or .npz; got 'a.jpg'" in said


def test_the_stage_shows_a_class_in_each_row(home, tmp_path, monkeypatch):
    from reprogan.pictures import grid
    from reprogan.settings import Sample
    from reprogan.stages.sample import sample

    folder = home / "models/cgan"
    to = [tmp_path / name for name in ("s.npz", "snapshots.npz", "s.png")]
    sample("cgan", Sample(images=30, grid=10), folder, *to, "cpu")
    square, _ = Model.load(folder, "cpu").square(0, 10)
    with Image.open(tmp_path / "s.png") as shown:
        assert np.array_equal(np.asarray(shown), np.asarray(grid(square, 10)))
    with np.load(tmp_path / "s.npz") as drawn:
        assert drawn["labels"].tolist() == [i % 10 for i in range(30)]


def test_interpolate(call, home, tmp_path):
    said = call(
        "interpolate", "lsgan", "--to", tmp_path / "a.png", "--pairs", 3, "--steps", 5, "--seed", 2
    )
    assert "3 walks of 5 steps, spherical, by lsgan, seed 2" in said
    assert said_in(tmp_path / "a.png") in said
    with Image.open(tmp_path / "a.png") as picture:
        shown = np.asarray(picture)
    assert shown.shape == (3 * 34 + 2, 5 * 34 + 2)
    samples = next(Model.load(home / "models/lsgan", "cpu").images(2, 6))
    for i in range(3):
        for column, wanted in ((0, samples[2 * i]), (4, samples[2 * i + 1])):
            part = shown[2 + 34 * i :, 2 + 34 * column :][:32:4, :32:4]
            assert np.array_equal(part, wanted[0])
    assert "linear and spherical" in call(
        "interpolate", "lsgan", "--to", tmp_path / "b.png", "--path", "both"
    )
    assert "linear, by dcgan, seed 0" in call("interpolate", "dcgan", "--to", tmp_path / "c.png")
    call("interpolate", "lsgan", "--to", tmp_path / "d.gif", "--steps", 6)
    with Image.open(tmp_path / "d.gif") as moving:
        assert moving.n_frames <= 10 and moving.size == (3 * 34 + 2, 3 * 34 + 2)
    classes = call("interpolate", "cgan", "--to", tmp_path / "e.png", "--pairs", 3)
    assert "classes of the walks: 0, 1, 2" in classes
    held = call("interpolate", "cgan", "--to", tmp_path / "e.png", "--pairs", 3, "--class", "4")
    assert "classes of the walks: 4, 4, 4" in held


def test_interpolate_refuses(call, tmp_path):
    assert "leaves what the generator has seen" in call(
        "interpolate", "dcgan", "--to", tmp_path / "a.png", "--path", "spherical", ok=False
    )
    assert ".png or .gif or .webp" in call(
        "interpolate", "dcgan", "--to", tmp_path / "a.mp4", ok=False
    )
    said = call("interpolate", "dcgam", "--to", tmp_path / "a.png", ok=False)
    assert "valid: cgan, dcgan, lsgan" in said and "Train this variant first" in said
    assert "not told a class" in call(
        "interpolate", "dcgan", "--to", tmp_path / "a.png", "--class", 1, ok=False
    )
    assert not list(tmp_path.iterdir())


def test_arithmetic_of_classes(call, home, tmp_path):
    model = Model.load(home / "models/dcgan", "cpu")
    labeler = Labeler.find(home / "models/reference", model)
    shares = labeler.log_shares(np.concatenate(list(model.images(6, 300))))
    np.testing.assert_allclose(np.exp(shares).sum(1), 1)
    kinds = [int(k) for k in np.argsort(-np.bincount(shares.argmax(1), minlength=10))[:1]] * 3
    a, b, c = kinds
    words = "arithmetic", "dcgan", f"{a} - {b} + {c}", "--seed", 6, "--draws", 300
    said = call(*words, "--to", tmp_path / "a.png")
    assert f"samples {', '.join(map(str, surest(shares, a, 3)))}, taken for {a} (" in said
    assert "the result is taken for" in said and "in pixels it is taken for" in said
    assert f"{a} - {b} + {c} by dcgan, seed 6" in said_in(tmp_path / "a.png")
    call(*words, "--to", tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_arithmetic_of_samples(call, tmp_path):
    said = call(
        "arithmetic", "dcgan", "--latents", "3,17,20 - 4,8,9 + 1", "--to", tmp_path / "a.png"
    )
    assert "4,8,9: samples 4, 8, 9, taken for" in said and "1: samples 1," in said


def test_arithmetic_refuses(call, home, tmp_path):
    to = ("--to", tmp_path / "a.png")
    assert "one of the two" in call("arithmetic", "dcgan", *to, ok=False)
    assert "one of the two" in call("arithmetic", "dcgan", "1", "--latents", "1", *to, ok=False)
    assert "its generator is told the class" in call("arithmetic", "cgan", "1 - 2", *to, ok=False)
    assert "unknown class 'x'" in call("arithmetic", "dcgan", "x", *to, ok=False)
    assert "raise --draws" in call("arithmetic", "dcgan", "1", "--draws", 1, *to, ok=False)
    assert ".png" in call("arithmetic", "dcgan", "1", "--to", tmp_path / "a.gif", ok=False)
    assert not list(tmp_path.iterdir())


def test_without_a_classifier_samples_are_named(home, tmp_path, monkeypatch):
    data = home / "data/normalized"
    blind = RandomFeatures(width=4, features=8)
    reference(blind, data, tmp_path / "blind", tmp_path / "r.json")
    monkeypatch.chdir(home)
    for place in ("blind", "nothing"):
        monkeypatch.setattr(latent_commands, "REFERENCE", tmp_path / place)
        to = ["--to", str(tmp_path / "a.png"), "--device", "cpu"]
        result = CliRunner().invoke(app, ["arithmetic", "dcgan", "1 - 2", *to])
        assert (
            result.exit_code == 1
            and "no classifier" in result.output
            and "--latents" in result.output
        )
        result = CliRunner().invoke(app, ["arithmetic", "dcgan", "--latents", "1 - 2", *to])
        assert result.exit_code == 0 and "taken for" not in result.output


def test_a_classifier_of_other_images_is_refused(home, tmp_path):
    random = np.random.default_rng(0).integers(0, 255, (40, 1, 16, 16), np.uint8)
    other = ImageSet(images=random, labels=np.arange(40) % 2, classes=("a", "b"))
    for split in ("train", "test"):
        other.save(tmp_path / f"{split}.npz")
    few = Classifier(width=4, features=8, images=200)
    reference(few, tmp_path, tmp_path / "ref", tmp_path / "r.json")
    with pytest.raises(ConfigError, match="of images of 1 x 16 x 16"):
        Labeler.find(tmp_path / "ref", Model.load(home / "models/dcgan", "cpu"))


def test_suffixes():
    cli.refuse_suffix(ROOT / "a.png", ".png")
    with pytest.raises(ConfigError, match="must end in .png; got 'a'"):
        cli.refuse_suffix(ROOT / "a", ".png")
