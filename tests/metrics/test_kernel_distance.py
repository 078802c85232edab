import numpy as np
import pytest
import torch
from torch_fidelity.metric_kid import kid_features_to_metric
from torchmetrics.image.kid import poly_mmd

from reprogan.metrics import kernel_distance as module
from reprogan.metrics.kernel_distance import drawn, kernel_distance, over_subsets, root_mean_square


def rng(seed=0):
    return np.random.default_rng(seed)


def sets(n=700, m=500, dims=20, gap=0.5):
    return rng().standard_normal((n, dims)), rng(1).standard_normal((m, dims)) + gap


def plain(fake, real, rms=1.0):
    """By the definition, pair by pair."""

    def k(a, b):
        return (a @ b / (fake.shape[1] * rms**2) + 1) ** 3

    n, m = len(fake), len(real)
    own = sum(k(fake[i], fake[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    reals = sum(k(real[i], real[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return own + reals - 2 * sum(k(a, b) for a in fake for b in real) / (n * m)


def test_by_its_definition():
    fake, real = sets(30, 20, 5)
    assert kernel_distance(fake, real)[0] == pytest.approx(plain(fake, real), rel=1e-12)
    assert kernel_distance(fake, real, 2.0)[0] == pytest.approx(plain(fake, real, 2.0), rel=1e-12)


def test_by_hand():
    """Of -1, 0, 1 from 1, 1 in one dimension: (0 + 1 + 1) / 3 + 8 - 2 (0 + 1 + 8) / 3."""
    value, _ = kernel_distance(np.array([[-1.0], [0], [1]]), np.ones((2, 1)))
    assert value == pytest.approx(2 / 3 + 8 - 6, rel=1e-14)


def test_parity_with_torch_fidelity_on_the_same_subsets():
    fake, real = sets()
    theirs = kid_features_to_metric(
        *map(torch.from_numpy, (fake, real)), kid_subsets=20, kid_subset_size=100, rng_seed=7, verbose=False
    )  # fmt: skip
    legacy = np.random.RandomState(7)
    subsets = [
        (legacy.choice(700, 100, replace=False), legacy.choice(500, 100, replace=False))
        for _ in range(20)
    ]
    mean, spread = over_subsets(fake, real, subsets)
    assert mean == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-10)
    assert spread == pytest.approx(theirs["kernel_inception_distance_std"], rel=1e-10)


def test_parity_with_torchmetrics_on_all_images():
    fake, real = sets(600, 600)
    theirs = poly_mmd(*map(torch.from_numpy, (real, fake)))
    assert kernel_distance(fake, real)[0] == pytest.approx(theirs.item(), rel=1e-10)


def test_blocks_change_nothing(monkeypatch):
    fake, real = sets(100, 70)
    whole = kernel_distance(fake, real)
    monkeypatch.setattr(module.blocks, "__defaults__", (16,))
    assert kernel_distance(fake, real) == pytest.approx(whole, rel=1e-12)


def test_float32_features_are_widened_before_anything_else():
    fake, real = (x.astype(np.float32) for x in sets())
    wide = kernel_distance(fake.astype(np.float64), real.astype(np.float64))
    assert kernel_distance(fake, real) == wide


def test_subsets_have_the_expectation_of_the_whole():
    fake, real = sets(gap=0.2)
    mean, spread = over_subsets(fake, real, drawn(700, 500, 200, 100, 0))
    whole, _ = kernel_distance(fake, real)
    assert abs(mean - whole) < 4 * spread / 200**0.5


def test_without_bias_it_is_0_in_the_mean_for_equal_distributions():
    values = [
        kernel_distance(rng(s).standard_normal((60, 8)), rng(s + 999).standard_normal((50, 8)))[0]
        for s in range(200)
    ]
    assert min(values) < 0 < max(values)
    assert abs(np.mean(values)) < 4 * np.std(values) / 200**0.5


def test_its_expectation_for_two_constants_is_exact():
    """E k of constant sets: (c.c / d + 1)^3, so one image against another is known."""
    a, b = rng().standard_normal((2, 1, 6))
    k = lambda x, y: ((x @ y.T).item() / 6 + 1) ** 3  # noqa: E731
    value, error = kernel_distance(np.repeat(a, 9, 0), np.repeat(b, 7, 0))
    assert value == pytest.approx(k(a, a) + k(b, b) - 2 * k(a, b), rel=1e-12)
    assert error == pytest.approx(0, abs=1e-12)
    assert kernel_distance(np.repeat(a, 9, 0), np.repeat(a, 7, 0))[0] == pytest.approx(0, abs=1e-12)


def test_the_error_is_the_spread_over_fresh_samples():
    real = rng().standard_normal((300, 6))
    found = [kernel_distance(rng(s).standard_normal((200, 6)) + 0.5, real) for s in range(1, 80)]
    values, errors = np.array(found).T
    assert values.std(ddof=1) / errors.mean() == pytest.approx(1, abs=0.3)


def test_the_error_is_the_jackknife_that_leaves_out_each_sample():
    fake, real = sets(25, 20, 4)
    without = [kernel_distance(np.delete(fake, i, 0), real)[0] for i in range(25)]
    known = (24 / 25 * np.square(without - np.mean(without)).sum()) ** 0.5
    assert kernel_distance(fake, real)[1] == pytest.approx(known, rel=1e-9)


def test_in_units_of_the_reals_scale_nothing_depends_on_it():
    """On raw classifier features the cubic kernel is dominated by scale."""
    fake, real = sets()
    one = kernel_distance(fake, real, root_mean_square(real))
    large = kernel_distance(fake * 100, real * 100, root_mean_square(real * 100))
    assert large == pytest.approx(one, rel=1e-10)
    assert kernel_distance(fake * 100, real * 100)[0] > 1e9 * one[0]


def test_root_mean_square():
    assert root_mean_square(np.array([[3.0, 4], [0, 5]])) == pytest.approx((50 / 4) ** 0.5)
    with pytest.raises(ValueError, match="no scale"):
        root_mean_square(np.zeros((3, 2)))


def test_subsets_are_drawn_by_the_seed_and_have_no_image_twice():
    first, again, other = (list(drawn(50, 40, 3, 30, seed)) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    for i, j in first:
        assert len(set(i)) == len(set(j)) == 30 and max(i) < 50 and max(j) < 40


@pytest.mark.parametrize(
    ("fake", "real", "message"),
    [
        (np.zeros((2, 3)), np.zeros((9, 3)), "3 samples and 2 real images"),
        (np.zeros((9, 3)), np.zeros((1, 3)), "3 samples and 2 real images"),
        (np.zeros((9, 3)), np.zeros((9, 4)), "one dimension"),
        (np.full((9, 3), np.nan), np.zeros((9, 3)), "finite"),
        (np.zeros((9, 3)), np.full((9, 3), np.inf), "finite"),
    ],
)
def test_what_has_no_distance_is_refused(fake, real, message):
    with pytest.raises(ValueError, match=message):
        kernel_distance(fake, real)


def test_subsets_larger_than_a_set_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match="subsets of 1000 images .* got 5000 samples and 360 real"):
        list(drawn(5000, 360, 100, 1000, 0))
