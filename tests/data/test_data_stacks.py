"""Stacked sources: channels and classes are those of the base, and no base image is in both splits."""

import json

import numpy as np
import pytest
from pictures import settings
from pydantic import ValidationError

from reprogan.data.imageset import ImageSet
from reprogan.data.sources import SOURCES
from reprogan.data.stacks import stacked, unstacked
from reprogan.stages.download import download
from reprogan.stages.normalize import normalize


def made(where, name="stacked_digits", **fields):
    chosen = settings(**{"name": name, "stacks": 4000, **fields})
    download(chosen, where / "raw")
    normalize(chosen, where / "raw", where / "out", where / "data.json")
    return [ImageSet.load(path) for path in sorted((where / "out").iterdir(), reverse=True)]


def base(where, **fields):
    return SOURCES["digits"].read(settings(name="digits", **fields), where / "raw")


def test_every_channel_is_an_image_of_the_base_and_the_label_says_which_classes(tmp_path):
    parts, of = made(tmp_path), base(tmp_path)
    for stacks, singles in zip(parts, (of.train, of.test), strict=True):
        kinds = {
            image.tobytes(): label
            for image, label in zip(singles.images, singles.labels, strict=True)
        }
        digits = [[kinds[channel.tobytes()] for channel in image] for image in stacks.images]
        assert np.array_equal(np.array(digits) @ [100, 10, 1], stacks.labels)


def test_no_image_of_the_base_is_in_both_splits(tmp_path):
    train, test = ({c.tobytes() for i in part.images for c in i} for part in made(tmp_path))
    assert not train & test
    assert len(train) > 1430 and len(test) > 350  # all of 1438 and of 359 but what no draw hit


def test_validation_stacks_are_of_base_images_held_out_of_training(tmp_path):
    sets = made(tmp_path, validation_share=0.25)
    validation, train, test = ({c.tobytes() for i in part.images for c in i} for part in sets)
    assert not (validation & train or validation & test or train & test)
    assert len(sets[1]) == 4000 and 0.32 < len(sets[0]) / 4000 < 0.35  # a quarter to three
    assert len(validation) > 350


def test_every_stack_is_as_likely_and_every_class_is_there(tmp_path):
    train, _ = made(tmp_path, stacks=50_000)
    counts = np.bincount(train.labels, minlength=1000)
    assert counts.min() > 20 and counts.max() < 90
    rows = np.unique(train.images.reshape(len(train), -1), axis=0)
    assert len(rows) > 49_990


def test_the_numbers_keep_the_proportion_of_the_base(tmp_path):
    train, test = made(tmp_path)
    assert (len(train), len(test)) == (4000, round(4000 * 359 / 1438))
    assert [len(part) for part in made(tmp_path / "b", test_share=0.0)] == [4000, 0]


def test_the_report_says_the_least_and_the_largest_class(tmp_path):
    train, _ = made(tmp_path)
    report = json.loads((tmp_path / "data.json").read_text("utf-8"))
    counts = np.bincount(train.labels, minlength=1000)
    assert report["train"]["least_of_a_class"] == counts.min()
    assert report["train"]["most_of_a_class"] == counts.max()
    assert "histogram" not in report["train"] and report["classes"] == 1000


def test_the_seed_decides_and_bytes_repeat(tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        made(tmp_path / name, seed=seed)
    for file in ("out/train.npz", "out/test.npz", "data.json"):
        a, b, c = ((tmp_path / name / file).read_bytes() for name in "abc")
        assert a == b != c


def test_sizes_are_those_asked_for_and_colors_are_never_mixed(tmp_path):
    (small, _), of = made(tmp_path, size=4), base(tmp_path, size=4)
    known = {image.tobytes() for image in of.train.images}
    assert small.images.shape[1:] == (3, 4, 4)
    assert all(channel.tobytes() in known for image in small.images for channel in image)


def test_stacked_mnist_is_fetched_and_verified_as_mnist(mnist, tmp_path):
    train, test = made(tmp_path, "stacked_mnist", size=28, mirror=mnist.as_uri(), stacks=600)
    assert train.images.shape == (600, 3, 28, 28) and len(test) == 100
    names = sorted(p.name for p in (tmp_path / "raw").iterdir())
    assert names == sorted(f.name[:-3] for f in SOURCES["mnist"].files.values())


def test_names_of_stacks_and_back():
    names = stacked(("a", "b"))
    assert names == ("a/a/a", "a/a/b", "a/b/a", "a/b/b", "b/a/a", "b/a/b", "b/b/a", "b/b/b")
    assert stacked(tuple("0123456789"))[427] == "4/2/7"
    for classes in (("a", "b"), tuple("0123456789"), ("one",)):
        assert unstacked(stacked(classes)) == classes


@pytest.mark.parametrize(
    "classes", [(), ("a",), tuple("0123456789"), tuple(f"{i:03}" for i in range(1000))]
)
def test_other_classes_are_of_no_stack(classes):
    """A folder of 1000 numbered classes of photographs among them."""
    assert unstacked(classes) == ()


def test_gray_stacks_are_refused():
    with pytest.raises(ValidationError, match="a class in each of 3 channels"):
        settings(name="stacked_digits", channels=1)
    assert settings(name="stacked_digits", channels=3).channels == 3
