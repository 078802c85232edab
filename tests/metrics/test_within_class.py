import numpy as np
import pytest

from reprogan.metrics.frechet import distance_of
from reprogan.metrics.moments import Moments
from reprogan.metrics.within_class import class_distances


def rng(seed=0):
    return np.random.default_rng(seed)


def by_class(seed, spread=1.0, each=200, classes=5, dims=4):
    """Classes whose means are of spread 3 and whose images are of the given spread around them."""
    labels = np.repeat(np.arange(classes), each)
    means = 3 * rng(99).standard_normal((classes, dims))
    return means[labels] + spread * rng(seed).standard_normal((len(labels), dims)), labels


def test_each_class_is_its_own_frechet_distance():
    (fake, asked), (real, labels) = by_class(0), by_class(1)
    found = class_distances(fake, asked, real, labels)
    assert list(found) == [0, 1, 2, 3, 4]
    for label, value in found.items():
        known = distance_of(Moments.of(fake[asked == label]), Moments.of(real[labels == label]))
        assert value == known


def test_one_image_a_class_pays_the_variance_within_classes():
    real, labels = by_class(1)
    fake = np.stack([real[labels == label].mean(axis=0) for label in labels])
    for label, value in class_distances(fake, labels, real, labels).items():
        known = real[labels == label].var(axis=0, ddof=1).sum()
        assert value == pytest.approx(known, rel=1e-10)


def test_it_shows_collapse_within_classes_that_the_whole_hides():
    """Classes far apart, one image each: the whole's covariance is nearly that of the means."""
    (real, labels), (fresh, _) = (
        by_class(1, spread=0.3, each=400),
        by_class(2, spread=0.3, each=400),
    )
    means = np.stack([fresh[labels == label][0] for label in labels])
    whole = {name: distance_of(Moments.of(x), Moments.of(real)) for name, x in (("fresh", fresh), ("collapsed", means))}  # fmt: skip
    within = {name: np.mean(list(class_distances(x, labels, real, labels).values())) for name, x in (("fresh", fresh), ("collapsed", means))}  # fmt: skip
    variance = np.trace(Moments.of(real).covariance)
    assert whole["collapsed"] < 0.02 * variance
    assert within["collapsed"] > 0.25 and within["fresh"] < 0.01


def test_swapped_classes_leave_the_whole_as_it_is():
    (fake, asked), (real, labels) = by_class(0), by_class(1)
    right = class_distances(fake, asked, real, labels)
    wrong = class_distances(fake, (asked + 1) % 5, real, labels)
    assert max(right.values()) < 0.2 < 1 < min(wrong.values())


def test_classes_that_real_images_hardly_show_and_images_without_class_are_left_out():
    (fake, asked), (real, labels) = by_class(0), by_class(1)
    labels[labels == 3] = -1
    labels[np.flatnonzero(labels == 4)[1:]] = -1
    assert list(class_distances(fake, asked, real, labels)) == [0, 1, 2]


def test_a_class_without_samples_is_refused():
    (fake, asked), (real, labels) = by_class(0), by_class(1)
    asked[np.flatnonzero(asked == 2)[1:]] = 1
    with pytest.raises(ValueError, match="needs 2 samples of each class .* are of class 2"):
        class_distances(fake, asked, real, labels)
    with pytest.raises(ValueError, match="finite"):
        class_distances(fake * np.nan, by_class(0)[1], real, labels)
