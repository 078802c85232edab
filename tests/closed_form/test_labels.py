"""A few known labels: which, and what a batch shows of them."""

import numpy as np
import pytest
import torch

from reprogan.data.imageset import UNLABELED
from reprogan.resident import Resident, choose_evenly
from small import images

Y = torch.arange(60) % 4


def known(count, seed=0, y=Y):
    return choose_evenly(y, count, seed)


@pytest.mark.parametrize(
    ("count", "shares"), [(8, [2, 2, 2, 2]), (11, [3, 3, 3, 2]), (4, [1, 1, 1, 1]), (60, [15] * 4)]
)
def test_labels_are_known_evenly_of_each_class(count, shares):
    places = known(count)
    assert len(set(places.tolist())) == count
    assert torch.bincount(Y[places]).tolist() == shares


def test_which_labels_are_known_is_a_function_of_the_seed():
    assert torch.equal(known(8, seed=3), known(8, seed=3))
    assert len({tuple(sorted(known(8, seed).tolist())) for seed in range(5)}) == 5


def test_more_labels_include_the_fewer():
    assert set(known(8).tolist()) < set(known(20).tolist())


def test_images_that_have_no_label_are_never_chosen():
    y = torch.where(torch.arange(60) < 30, Y, UNLABELED)
    assert known(28, y=y).max() < 30


@pytest.mark.parametrize(
    ("count", "y", "match"),
    [
        (3, Y, "3 known classes cannot cover 4 classes"),
        (61, Y, "61 need 16 of class 0; it has 15"),
        (8, torch.full((9,), UNLABELED), "no classes to know"),
    ],
)
def test_too_few_and_too_many_labels_are_refused(count, y, match):
    with pytest.raises(ValueError, match=match):
        known(count, y=y)


def test_labels_that_cannot_be_are_refused_before_the_first_batch():
    with pytest.raises(ValueError, match="9 known classes cannot cover 10 classes"):
        images(n=200, labels=9)


def test_a_batch_hides_the_classes_and_shows_known_ones_apart():
    data, whole = images(labels=10), images()
    places = {tuple(whole.x[i].flatten().tolist()): i for i in range(len(whole.x))}
    chosen = set(data.labeled.tolist())
    seen = set()
    for step in range(5):
        batch = data.at(step)
        assert torch.equal(batch.x, whole.at(step).x)
        assert (batch.y == UNLABELED).all() and len(batch.y) == data.batch
        x, y = batch.labeled
        assert len(x) == len(y) == data.batch and x.dtype == torch.float32
        for image, name in zip(x.add(1).mul(127.5).round(), y.tolist(), strict=True):
            place = places[tuple(image.flatten().int().tolist())]
            assert place in chosen and whole.y[place] == name
            seen.add(place)
    assert seen == chosen


def test_known_images_are_shown_once_an_epoch_of_their_own():
    data = Resident(
        torch.arange(60, dtype=torch.uint8).view(60, 1, 1, 1), Y, batch=4, seed=3, labels=12
    )
    shown = np.concatenate([data.at(step).labeled[0].flatten().numpy() for step in range(9)])
    epochs = [tuple(shown[k : k + 12]) for k in (0, 12, 24)]
    assert all(len(set(epoch)) == 12 and set(epoch) == set(epochs[0]) for epoch in epochs)
    assert len(set(epochs)) == 3


def test_where_all_labels_are_known_none_stand_apart():
    batch = images().at(0)
    assert batch.labeled is None and (batch.y >= 0).all()
