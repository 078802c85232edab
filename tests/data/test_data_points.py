"""Points in the plane: where the papers put them, what bytes do to them, and one set for everyone."""

import hashlib
import json

import numpy as np
import pytest
from pictures import settings
from pydantic import ValidationError

from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.data.sources import SOURCES, gaussians25, points, ring8, swiss_roll
from reprogan.stages.download import download
from reprogan.stages.normalize import normalize

NAMES = ("gaussians25", "ring8", "swiss_roll")
MIXTURES = {"gaussians25": (gaussians25.GAUSSIANS25, 0.05), "ring8": (ring8.RING8, 0.02)}


def made(where, name, **fields):
    chosen = settings(name=name, size=1, **fields)
    download(chosen, where / "raw")
    normalize(chosen, where / "raw", where / "out", where / "data.json")
    return [ImageSet.load(where / f"out/{split}.npz") for split in ("train", "test")]


def coordinates(images, reach):
    return (images.images[:, :, 0, 0] / 127.5 - 1) * reach


@pytest.mark.parametrize("name", NAMES)
def test_a_point_is_an_image_of_two_channels_and_one_pixel(tmp_path, name):
    train, test = made(tmp_path, name)
    assert train.images.shape[1:] == test.images.shape[1:] == (2, 1, 1)
    assert len(train) + len(test) == points.COUNT
    assert abs(len(train) - 100_000) <= 25
    report = json.loads((tmp_path / "data.json").read_text("utf-8"))
    assert (report["size"], report["channels"]) == (1, 2)


def test_the_grid_has_25_modes_two_apart(tmp_path):
    train, _ = made(tmp_path, "gaussians25")
    x = coordinates(train, 4.25)
    for mode in range(25):
        center = 2 * (mode // 5) - 4, 2 * (mode % 5) - 4
        np.testing.assert_allclose(x[train.labels == mode].mean(axis=0), center, atol=0.005)
    assert np.bincount(train.labels).min() > 3500


def test_the_ring_has_8_modes_at_radius_2(tmp_path):
    train, _ = made(tmp_path, "ring8")
    x = coordinates(train, 2.125)
    turn = np.exp(2j * np.pi * np.arange(8) / 8)
    for mode in range(8):
        center = 2 * turn[mode].real, 2 * turn[mode].imag
        np.testing.assert_allclose(x[train.labels == mode].mean(axis=0), center, atol=0.002)


@pytest.mark.parametrize("name", MIXTURES)
def test_bytes_widen_a_mode_by_what_rounding_adds_and_cut_nothing_off(tmp_path, name):
    """A twelfth of a squared step (Sheppard's correction), on the standard deviation of the paper."""
    source, std = MIXTURES[name]
    train, _ = made(tmp_path, name)
    x = coordinates(train, source.reach)
    centers = np.array([x[train.labels == mode].mean(axis=0) for mode in range(source.modes)])
    around = x - centers[train.labels]
    step = source.reach / 127.5
    assert np.sqrt((around**2).mean()) == pytest.approx(np.sqrt(std**2 + step**2 / 12), rel=0.005)
    within = (np.linalg.norm(around, axis=1) <= 3 * np.sqrt((around**2).mean())).mean()
    assert within == pytest.approx(1 - np.exp(-4.5), abs=0.002)
    assert 0 < train.images.min() <= train.images.max() < 255


def test_the_roll_is_that_of_scikit_learn():
    """Other draws of the same curve: their quantiles agree."""
    from sklearn.datasets import make_swiss_roll

    x, labels = swiss_roll.roll(np.random.default_rng(0), 20_000)
    known = make_swiss_roll(20_000, noise=0.25, random_state=0)[0][:, [0, 2]] / 7.5
    assert set(labels) == {-1}
    for axis in (0, 1):
        grid = np.linspace(0.02, 0.98, 9)
        np.testing.assert_allclose(
            np.quantile(x[:, axis], grid), np.quantile(known[:, axis], grid), atol=0.05
        )
    assert np.abs(x).max() < swiss_roll.SWISS_ROLL.reach


def test_bytes_are_the_nearest_and_what_is_beyond_goes_to_the_edge():
    x = np.array([[0.0, 1.0], [-1.0, 0.5], [3.0, -3.0], [2 / 127.5 - 1, 2.49 / 127.5 - 1]])
    found = points.to_bytes(x, 1.0)[:, :, 0, 0]
    assert found.tolist() == [[128, 255], [0, 191], [255, 0], [2, 2]]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_one_set_whose_bytes_repeat(tmp_path, name):
    """What is downloaded depends on no parameter; a literal, so that no change of it is unnoticed."""
    for seed in (0, 1):
        download(settings(name=name, size=1, seed=seed), tmp_path / str(seed))
    first, second = ((tmp_path / str(seed) / points.FILE).read_bytes() for seed in (0, 1))
    assert first == second
    stored = np.load(tmp_path / "0" / points.FILE)
    said = hashlib.sha256(stored["images"].tobytes() + stored["labels"].tobytes()).hexdigest()
    assert said[:16] == DRAWN[name]


DRAWN = {
    "gaussians25": "6a3443807431ece9",
    "ring8": "668378f5c4835365",
    "swiss_roll": "cf48c59d6ab7a817",
}


def test_the_test_split_is_drawn_by_the_seed(tmp_path):
    parts = [made(tmp_path / str(seed), "ring8", seed=seed)[1] for seed in (0, 0, 1)]
    assert np.array_equal(parts[0].images, parts[1].images)
    assert not np.array_equal(parts[0].images, parts[2].images)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fields", [{"size": 8}, {"size": 1, "channels": 3}])
def test_points_have_no_other_size_or_channels(name, fields):
    with pytest.raises(ValidationError, match=f"{name} .* size must be 1 and channels null"):
        settings(name=name, **fields)


@pytest.mark.parametrize("content", [b"", b"x" * 100, "keys", "shape"])
def test_a_spoiled_raw_file_is_refused(tmp_path, content):
    download(settings(name="ring8", size=1), tmp_path / "raw")
    path = tmp_path / "raw" / points.FILE
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        shape = (3, 2, 1, 1) if content == "keys" else (3, 2, 2, 2)
        key = "image" if content == "keys" else "images"
        np.savez(path, **{key: np.zeros(shape, np.uint8)}, labels=np.zeros(3, np.int64))
    with pytest.raises(DataError, match=r"points\.npz .* download stage"):
        SOURCES["ring8"].read(settings(name="ring8", size=1), tmp_path / "raw")
