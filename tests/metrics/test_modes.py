"""Modes by hand: which sample is of which, how near is near, and what collapse looks like."""

import math

import numpy as np
import pytest

from reprogan.data.sources.gaussians25 import GAUSSIANS25
from reprogan.data.sources.points import to_bytes
from reprogan.data.stacks import stacked
from reprogan.metrics.measures import METRICS
from reprogan.metrics.measures.memorization import Memorization
from reprogan.metrics.measures.metric import Real
from reprogan.metrics.measures.modes import Modes
from reprogan.metrics.modes import Mixture, expected
from reprogan.metrics.seen import Seen
from reprogan.pictures import cloud, density, first, grid

SQUARE = np.array([[50, 50], [50, 200], [200, 50], [200, 200]])
CROSS = np.array([[2, 0], [-2, 0], [0, 2], [0, -2]])


def points(places, labels=None):
    """Points of the plane as the coordinates extractor sees them."""
    x = np.asarray(places, np.uint8)[:, :, None, None]
    given = np.full(len(x), -1) if labels is None else np.asarray(labels)
    return Seen((x[:, :, 0, 0] / 127.5 - 1).astype(np.float32), None, given, x)


def real_points(times=(1, 1, 1, 1)):
    """Four modes, crosses around the corners of a square: centers are exact, one coordinate's variance
    is 2 * 4 / (4 n - 1) * n for n crosses, 8/3 for one."""
    where = [SQUARE[k] + CROSS for k, n in enumerate(times) for _ in range(n)]
    labels = [k for k, n in enumerate(times) for _ in range(4 * n)]
    return Real({"train": points(np.concatenate(where), labels)}, "train", (), 0)


def values(fake, real):
    return {stem: figure.value for stem, figure in Modes().of(fake, real).items()}


def test_a_mixture_is_measured_by_hand():
    train = real_points().splits["train"]
    mixture = Mixture.of(train.images[:, :, 0, 0], train.labels)
    assert mixture.centers.tolist() == SQUARE.tolist()
    assert mixture.counts.tolist() == [4] * 4
    np.testing.assert_allclose(mixture.stds, math.sqrt(8 / 3), rtol=1e-15)


def test_high_quality_ends_at_three_standard_deviations():
    """3 sqrt(8/3) = 4.899: at (50 + 4, 50 + 2), 4.47 away, it is near; at (50 + 4, 50 + 3), 5, not."""
    found = values(points([[54, 52], [54, 53]]), real_points())
    assert found["high_quality_share"] == 0.5
    assert found["modes_covered"] == 1
    assert values(points([[54, 53]] * 2), real_points())["modes_covered"] == 0


def test_each_point_counts_at_the_nearest_center_but_covers_only_when_near():
    """Shares 2/4, 1/4, 1/4 and none of four even modes; the point at (124, 124) is near nothing."""
    fake = points([[50, 50], [124, 124], [50, 200], [200, 50]])
    found = values(fake, real_points())
    assert found["modes_covered"] == 3 and found["high_quality_share"] == 0.75
    assert found["modes_kl"] == pytest.approx(0.5 * math.log(2), rel=1e-12)


def test_shares_are_compared_with_those_of_the_training_points():
    real = real_points(times=(2, 1, 1, 4))
    fake = points(SQUARE[[0, 0, 1, 2, 3, 3, 3, 3]])
    assert values(fake, real)["modes_kl"] == pytest.approx(0, abs=1e-12)
    one = values(points(SQUARE[[3] * 8]), real)
    assert one["modes_kl"] == pytest.approx(math.log(2), rel=1e-12)
    assert one["modes_covered"] == 1


def test_figures_say_what_they_are_of():
    found = Modes().of(
        points(SQUARE[[0, 1, 2, 2]] + [[9, 9], [0, 0], [0, 0], [0, 0]]), real_points()
    )
    share = found["high_quality_share"]
    assert (share.value, share.n, share.against, share.how) == (0.75, 4, "train", "binomial")
    assert share.error == pytest.approx(math.sqrt(0.75 * 0.25 / 4), rel=1e-12)
    assert {figure.against for figure in found.values()} == {"train"}
    assert {figure.n for figure in found.values()} == {4}


def test_real_points_of_the_grid_have_98_9_percent_within_three_deviations():
    """1 - exp(-4.5) of a round Gaussian in the plane."""
    x, labels = GAUSSIANS25.draw(np.random.default_rng(0), 60_000)
    x = to_bytes(x, GAUSSIANS25.reach)[:, :, 0, 0]
    real = Real({"train": points(x[:40_000], labels[:40_000])}, "train", (), 0)
    found = values(points(x[40_000:]), real)
    assert found["high_quality_share"] == pytest.approx(1 - math.exp(-4.5), abs=0.003)
    assert found["modes_covered"] == 25 and found["modes_kl"] < 0.003
    on_one_line = values(points([[n, n] for n in range(256)]), real)
    assert on_one_line["modes_covered"] == 5 and on_one_line["high_quality_share"] < 0.2


def test_points_without_modes_have_no_such_figures():
    real = Real({"train": points(SQUARE)}, "train", (), 0)
    assert Modes().of(points(SQUARE), real) == {} == Modes().reading(real, 10)
    assert Modes().warning(points(SQUARE), real) == ""
    assert Modes().picture(points(SQUARE), real).size == (260, 260)


def test_a_mode_of_one_point_is_refused():
    real = Real({"train": points(SQUARE[[0, 0, 1, 1, 2]], [0, 0, 1, 1, 2])}, "train", (), 0)
    with pytest.raises(ValueError, match="mode 2 has 1"):
        Modes().of(points(SQUARE), real)


def test_points_must_be_at_hand():
    fake = points(SQUARE)
    with pytest.raises(ValueError, match="only features"):
        Modes().of(Seen(fake.features, None, fake.labels), real_points())


def stacks(modes, labels=None):
    """Stacks of two classes, 8 modes, taken for those modes by logits."""
    logits = np.eye(8, dtype=np.float32)[np.asarray(modes)]
    given = np.full(len(logits), -1) if labels is None else np.asarray(labels)
    return Seen(logits, logits, given, np.zeros((len(logits), 3, 2, 2), np.uint8))


def test_modes_of_stacks_are_their_classes():
    """One sample covers; 2 of 4 samples in one of 8 even modes, 1 each in two others."""
    real = Real({"train": stacks([0] * 16, np.arange(16) % 8)}, "train", stacked(("a", "b")), 0)
    fake = stacks([5, 5, 0, 3])
    found = Modes().of(fake, real)
    assert set(found) == {"modes_covered", "modes_kl"}
    assert found["modes_covered"].value == 3
    kl = 0.5 * math.log(4) + 0.5 * math.log(2)
    assert found["modes_kl"].value == pytest.approx(kl, rel=1e-12)
    assert "cannot show all 8 modes: as many real images show 3" in Modes().warning(fake, real)
    assert Modes().warning(stacks([0] * 100), real) == ""
    assert Modes().picture(fake, real) is None
    with pytest.raises(ValueError, match="have none"):
        Modes().of(Seen(fake.features, None, fake.labels), real)


def test_other_images_are_left_to_other_metrics():
    """Eight classes that are not those of stacks: `classes` counts them."""
    real = Real({"train": stacks(range(8), range(8))}, "train", tuple("abcdefgh"), 0)
    assert Modes().of(stacks([1, 2]), real) == {}
    assert Modes().warning(stacks([1]), real) == ""


def test_how_many_modes_real_images_show():
    """5,000 of 1000 even modes: 1000 (1 - .999^5000) = 993.3."""
    assert expected(np.full(1000, 7), 5000) == pytest.approx(993.28, abs=0.005)
    assert expected(np.array([1, 1]), 1) == 1
    assert expected(np.array([3, 1]), 2) == pytest.approx(1 - 0.25**2 + 1 - 0.75**2)
    real = real_points()
    assert Modes().reading(real, 1) == {"modes": 4, "modes_expected": 1}


def test_it_is_in_the_table():
    assert METRICS["modes"] is Modes


def test_a_cloud_has_a_pixel_for_each_pair_of_bytes_and_y_points_up():
    picture = np.asarray(cloud(points([[0, 0], [255, 10]]).images))
    inner = picture[2:-2, 2:-2].astype(int)
    rows, columns = np.nonzero((inner != 255).any(axis=2))
    assert list(zip(columns.tolist(), (255 - rows).tolist(), strict=True)) == [(255, 10), (0, 0)]
    assert inner.shape == (256, 256, 3)


def test_denser_places_are_darker_and_what_lies_below_is_covered():
    ink = density(points([[1, 1]] * 20 + [[2, 2]] * 3 + [[3, 3]]).images)[:, :, 0]
    assert 1 == ink[254, 1] > ink[253, 2] > ink[252, 3] > 0.5 and (ink > 0).sum() == 3
    over, under = points([[1, 1]]).images, points([[1, 1], [9, 9]]).images
    both = np.asarray(cloud(over, under)).astype(int)
    assert np.array_equal(both[2 + 254, 2 + 1], np.asarray(cloud(over))[2 + 254, 2 + 1])
    red, _, blue = both[2 + 246, 2 + 9]
    assert red > blue


def test_pairs_of_points_are_not_shown():
    real = Real({"train": points(SQUARE), "test": points(SQUARE)}, "test", (), 0)
    assert Memorization().picture(points(SQUARE), real) is None


def test_of_many_images_the_first_are_shown_and_of_points_all():
    assert len(first(points(SQUARE).images, 2)) == 4
    assert len(first(np.zeros((4, 1, 1, 1), np.uint8), 2)) == 2


def test_a_grid_of_points_is_a_cloud():
    x = points(SQUARE).images
    assert grid(x, 2, scale=64).tobytes() == cloud(x).tobytes()
    for bad in (x[:0], np.zeros((1, 2, 2, 2), np.uint8), x.astype(float)):
        with pytest.raises(ValueError, match="cloud"):
            cloud(bad)
