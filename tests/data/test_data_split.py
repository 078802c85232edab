"""Test splits by seed: shares kept in each class, and nothing but labels and seed matters."""

import numpy as np
import pytest
from pictures import noise

from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.data.split import held_out, split

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
