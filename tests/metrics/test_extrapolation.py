import numpy as np
import pytest

from reprogan.metrics.extrapolation import extrapolated, line_at_zero
from reprogan.metrics.frechet import distance_of
from reprogan.metrics.moments import Moments


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_line_is_met_exactly_and_has_no_error():
    x = np.linspace(0.1, 1, 7)
    assert line_at_zero(x, 3 + 2 * x) == pytest.approx((3, 0), abs=1e-12)


def test_a_line_and_its_error_by_hand():
    """Through (1, 0), (2, 3), (3, 0): flat at 1, squares 6 left of one degree of freedom."""
    value, error = line_at_zero(np.array([1.0, 2, 3]), np.array([0.0, 3, 0]))
    assert value == pytest.approx(1)
    assert error == pytest.approx((6 * (1 / 3 + 4 / 2)) ** 0.5)


def test_the_error_is_the_spread_over_fresh_noise():
    x = np.linspace(0.1, 1, 15)
    found = np.array([line_at_zero(x, 1 + x + rng(s).standard_normal(15)) for s in range(400)])
    assert found[:, 0].mean() == pytest.approx(1, abs=0.1)
    assert np.sqrt(np.square(found[:, 1]).mean()) == pytest.approx(found[:, 0].std(), rel=0.1)


def test_the_bias_of_few_samples_goes():
    """Of a known Gaussian the truth is 0; FID of 1000 samples is above it."""
    real = Moments(10**6, np.zeros(10), np.eye(10) * (10**6 - 1))
    found = []
    for seed in range(10):
        x = rng(seed).standard_normal((1000, 10))
        found.append((distance_of(Moments.of(x), real), extrapolated(x, real, 15, 0)[0]))
    fid, infinity = np.mean(found, axis=0)
    assert fid > 0.03 and abs(infinity) < 0.1 * fid


def test_it_is_of_the_seed_and_ignores_nothing():
    real = Moments.of(rng(9).standard_normal((500, 3)))
    x = rng().standard_normal((300, 3))
    assert extrapolated(x, real, 5, 0) == extrapolated(x, real, 5, 0) != extrapolated(x, real, 5, 1)
    with pytest.raises(ValueError, match="finite"):
        extrapolated(np.where(np.arange(300)[:, None] == 7, np.nan, x), real, 5, 0)


@pytest.mark.parametrize(("count", "points"), [(29, 15), (300, 2)])
def test_too_little_for_a_line_is_refused(count, points):
    real = Moments.of(rng().standard_normal((50, 3)))
    with pytest.raises(ValueError, match="needs 3 points and 30 samples"):
        extrapolated(np.zeros((count, 3)), real, points, 0)
