"""Test splits by seed: shares kept in each class, and nothing but labels and seed matters."""

import numpy as np
import pytest
from pictures import noise

from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.data.settings import Data
from reprogan.data.split import Splits, held_out, split
from reprogan.stages.download import download
from reprogan.stages.normalize import normalize

LABELS = np.repeat(np.arange(4), [100, 10, 1, 38]).astype(np.int64)


def test_each_class_gives_its_share_and_keeps_one():
    held = held_out(LABELS, 0.2, 0)
    assert [held[c == LABELS].sum() for c in range(4)] == [20, 2, 0, 8]
    most = held_out(LABELS, 0.99, 0)
    assert [most[c == LABELS].sum() for c in range(4)] == [99, 9, 0, 37]
    assert not held_out(LABELS, 0.0, 0).any()


def test_the_seed_decides_and_repeats():
    first, again, other = (held_out(LABELS, 0.2, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.sum() == other.sum()


def test_rows_are_drawn_at_random():
    times = sum(held_out(np.zeros(50, np.int64), 0.2, seed) for seed in range(500))
    assert times.sum() == 5000
    assert 60 < times.min() <= times.max() < 140  # 100 expected, standard deviation 9


def test_a_class_is_drawn_as_if_it_were_alone():
    held = held_out(LABELS, 0.2, 3)
    assert np.array_equal(held_out(LABELS[:110], 0.2, 3), held[:110])


def test_classes_are_drawn_apart():
    held = held_out(np.repeat([0, 1], 50), 0.2, 0)
    assert not np.array_equal(held[:50], held[50:])


def test_the_draw_is_the_one_it_was():
    """A literal, so that no change of the draw goes unnoticed: figures would stop to compare."""
    assert np.flatnonzero(held_out(np.full(20, -1), 0.25, 7)).tolist() == GOLDEN


GOLDEN = [3, 8, 12, 13, 14]


def images(count):
    labels = np.full(count, -1)
    return ImageSet(images=noise(0, count, 1, 2, 2), labels=labels)


def test_images_follow_their_rows_and_none_is_lost():
    whole = images(30)
    train, test = split(whole, 0.2, 0)
    held = held_out(whole.labels, 0.2, 0)
    assert np.array_equal(train.images, whole.images[~held])
    assert np.array_equal(test.images, whole.images[held])
    assert (len(train), len(test)) == (24, 6)


def test_a_share_of_none_is_refused_and_zero_is_allowed():
    with pytest.raises(DataError, match=r"test_share 0\.1 of 4 images .* leaves no test image"):
        split(images(4), 0.1, 0)
    assert [len(part) for part in split(images(4), 0.0, 0)] == [4, 0]


def labeled(labels):
    """An image for each label, each unlike the others."""
    x = np.arange(len(labels), dtype=np.uint8)[:, None, None, None]
    return ImageSet(images=x, labels=labels, classes=tuple("abcd"))


def test_validation_images_are_training_images_that_training_never_sees():
    whole, test = labeled(LABELS), images(30)
    found = Splits(train=whole, test=test, skipped=3).with_validation(0.2, 0)
    train, held = (set(part.images.flatten().tolist()) for part in (found.train, found.validation))
    assert not train & held and train | held == set(range(len(LABELS)))
    assert [(found.validation.labels == c).sum() for c in range(4)] == [20, 2, 0, 8]
    for part in (found.train, found.validation):
        assert np.array_equal(part.labels, LABELS[part.images.flatten()])
        assert (
            part.classes == whole.classes and (np.diff(part.images.flatten().astype(int)) > 0).all()
        )
    assert found.test is test and found.skipped == 3
    assert list(found.sets) == ["train", "validation", "test"]


def test_the_seed_decides_which_are_held_out():
    splits = Splits(train=labeled(LABELS), test=images(30))
    one, again, other = (splits.with_validation(0.2, seed).validation for seed in (0, 0, 1))
    assert np.array_equal(one.images, again.images)
    assert not np.array_equal(one.images, other.images)


def test_a_share_of_0_holds_out_none_and_one_too_small_is_refused():
    splits = Splits(train=labeled(LABELS), test=images(30))
    assert splits.with_validation(0.0, 0) is splits and list(splits.sets) == ["train", "test"]
    own = Splits(train=images(30), test=images(9), validation=images(5))
    assert own.with_validation(0.5, 0) is own
    with pytest.raises(DataError, match=r"validation_share 0\.001 of 149 .* leaves no validation"):
        splits.with_validation(0.001, 0)


def test_the_stage_writes_the_split_and_removes_one_that_is_asked_for_no_longer(tmp_path):
    def normalized(share):
        settings = Data(name="digits", validation_share=share)
        normalize(settings, tmp_path / "raw", tmp_path / "out", tmp_path / "data.json")
        names = {path.stem for path in (tmp_path / "out").iterdir()}
        return {name: ImageSet.load(tmp_path / "out" / f"{name}.npz") for name in names}

    download(Data(name="digits"), tmp_path / "raw")
    plain, held = normalized(0.0), normalized(0.25)
    assert plain.keys() == {"train", "test"} and held.keys() == {"train", "validation", "test"}
    assert np.array_equal(held["test"].images, plain["test"].images)
    assert len(held["train"]) + len(held["validation"]) == len(plain["train"])
    counts = np.bincount(plain["train"].labels)
    shares = np.bincount(held["validation"].labels) / counts
    assert np.abs(shares - 0.25).max() < 0.5 / counts.min()
    assert '"validation"' in (tmp_path / "data.json").read_text()
    assert normalized(0.0).keys() == {"train", "test"}
    assert '"validation"' not in (tmp_path / "data.json").read_text()
