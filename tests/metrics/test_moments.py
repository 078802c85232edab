import numpy as np
import pytest

from reprogan.metrics.moments import Moments, streamed


def cut(x, *sizes):
    return np.split(x, np.cumsum(sizes))


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("sizes", [(500,), (1, 2, 3), (250, 250, 250), (999,)])
def test_blocks_in_any_cut_give_what_numpy_gives_of_the_whole(offset, sizes):
    x = np.random.default_rng(0).standard_normal((1000, 7)) + offset
    found = streamed(cut(x, *sizes))
    np.testing.assert_allclose(found.mean, x.mean(0), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(
        found.covariance, np.cov(x, rowvar=False), rtol=0, atol=2e-15 if offset == 0 else 2e-9
    )
    assert found.n == 1000


def test_large_offsets_cost_no_digits_where_a_sum_of_squares_loses_them():
    exact = np.random.default_rng(0).integers(-8, 8, (4096, 3)).astype(float)
    x = exact + 1e6  # exactly representable: the offset alone may not change anything
    found = streamed(cut(x, 100, 1000)).covariance
    np.testing.assert_allclose(found, np.cov(exact, rowvar=False), rtol=0, atol=1e-9)
    naive = (x**2).sum(0) / 4095 - x.sum(0) ** 2 / (4096 * 4095)
    assert np.abs(naive - np.var(exact, axis=0, ddof=1)).max() > 1e-6


def test_merging_is_commutative_and_associative_to_rounding():
    blocks = cut(np.random.default_rng(1).standard_normal((300, 4)) * 5, 10, 100)
    a, b, c = map(Moments.of, blocks)
    for other in (c.merge(a).merge(b), a.merge(b.merge(c))):
        one = a.merge(b).merge(c)
        np.testing.assert_allclose(other.mean, one.mean, rtol=1e-14)
        np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-13, atol=1e-13)


def test_float32_features_are_added_up_in_float64():
    x = np.full((100_000, 1), 0.1, np.float32)
    assert Moments.of(x).mean[0] == pytest.approx(float(np.float32(0.1)), rel=1e-14)


def test_the_divisor_is_n_minus_one():
    assert Moments.of(np.array([[0.0], [1.0]])).covariance[0, 0] == 0.5


def test_one_image_has_a_mean_but_no_covariance():
    with pytest.raises(ValueError, match="at least 2 images; got 1"):
        _ = Moments.of(np.ones((1, 3))).covariance


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.ones((0, 3)), "N > 0"),
        (np.ones(3), r"\(N, D\)"),
        (np.array([[np.nan]]), "finite"),
        (np.array([[np.inf]]), "finite"),
    ],
)
def test_what_has_no_moments_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        Moments.of(bad)


def test_no_block_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one block"):
        streamed([])
