import math

import numpy as np
import pytest
import torch
from prdc import compute_prdc
from torch_fidelity.metric_prc import calculate_precision_recall_full

from reprogan.metrics.manifolds import manifolds

FIGURES = ("precision", "recall", "density", "coverage")


def rng(seed=0):
    return np.random.default_rng(seed)


def figures(real, fake, k=5):
    found = manifolds(real, fake, k)
    return tuple(getattr(found, name) for name in FIGURES)


@pytest.mark.parametrize(
    ("n", "m", "dims", "k"),
    [(1500, 1300, 20, 5), (1100, 2000, 3, 3), (300, 200, 600, 10), (9, 7, 2, 1)],
)
def test_parity_with_prdc(capsys, n, m, dims, k):
    real, fake = rng().standard_normal((n, dims)), rng(1).standard_normal((m, dims)) * 0.9 + 0.1
    theirs = compute_prdc(real, fake, k)
    found = manifolds(real, fake, k)
    for name in ("precision", "recall", "coverage"):
        assert getattr(found, name) == theirs[name]
    assert found.balls.sum() == round(theirs["density"] * k * m)
    assert found.density == pytest.approx(theirs["density"], rel=1e-15)


def test_parity_with_torch_fidelity_whose_balls_are_closed_where_there_is_no_tie():
    real, fake = rng().standard_normal((800, 10)), rng(1).standard_normal((700, 10)) * 0.9
    theirs = calculate_precision_recall_full(*map(torch.from_numpy, (fake, real)), neighborhood=3)
    assert figures(real, fake, 3)[:2] == pytest.approx(theirs, rel=1e-6)  # theirs are float32


def test_by_hand():
    """Balls of 0, 1, 3, 7 with k = 1 reach 1, 1, 2, 4; those of .5, 5 reach 4.5 each."""
    real, fake = np.array([[0.0], [1], [3], [7]]), np.array([[0.5], [5.0]])
    found = manifolds(real, fake, 1)
    assert found.balls.tolist() == [2, 1]  # 5 is at the very edge of 3's ball: outside
    assert found.covering.tolist() == [1, 1, 0, 1]
    assert found.recalled.tolist() == [1, 2, 2, 1]
    assert figures(real, fake, 1) == (1, 1, 1.5, 0.75)


@pytest.mark.parametrize("dims", [3, 700])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_real_images_themselves(dims, kind):
    """Each is in its own ball and in k - 1 more on average, exactly: the k-th is at the edge."""
    real = (rng().standard_normal((600, dims)) + 50).astype(kind)
    assert figures(real, rng().permutation(real)) == (1, 1, 1, 1)


def test_disjoint_sets():
    real, fake = rng().standard_normal((2, 300, 6))
    assert figures(real, fake + 100) == (0, 0, 0, 0)


def test_one_image_again_and_again():
    """In the ball of itself and of those that have it among their nearest; its own ball is empty."""
    real = rng().standard_normal((400, 4))
    fake = np.repeat(real[:1], 300, axis=0)
    inside = (np.square(real - real[0]).sum(1) < np.sort(
        np.square(real[:, None] - real[None]).sum(2), axis=1)[:, 5]).sum()  # fmt: skip
    assert figures(real, fake) == (1, 0, inside / 5, inside / 400)
    assert 1 <= inside <= 40


def test_a_copy_at_the_edge_is_outside():
    """Twins of real images have balls of radius 0, in which not even they are: < and not <=."""
    real = np.repeat(rng().standard_normal((50, 4)), 2, axis=0)
    assert figures(real, real, k=1) == (0, 0, 0, 0)
    assert figures(real, real, k=2) == (1, 1, 1, 1)


@pytest.mark.parametrize("tie", ["copies", "lattice", "clusters"])
def test_ties_are_those_of_plain_exact_distances(tie):
    draw = rng()
    x = {
        "copies": np.repeat(draw.standard_normal((60, 5)), 4, axis=0),
        "lattice": np.floor(draw.uniform(0, 6, (240, 2))),
        "clusters": np.repeat(draw.standard_normal((6, 9)), 40, 0) + 1e-6 * draw.standard_normal((240, 9)),
    }[tie]  # fmt: skip
    real, fake = draw.permutation(x)[:200], draw.permutation(x)[:150]
    own, other, cross = (
        np.square(a[:, None] - b[None]).sum(2)
        for a, b in ((real, real), (fake, fake), (real, fake))
    )
    for k in (1, 3, 5):
        in_real = cross < np.sort(own, axis=1)[:, k, None]
        in_fake = cross < np.sort(other, axis=1)[:, k]
        found = manifolds(real, fake, k)
        assert np.array_equal(found.balls, in_real.sum(0))
        assert np.array_equal(found.covering, in_real.sum(1))
        assert np.array_equal(found.recalled, in_fake.sum(1))
        alone = [(in_real[:, j] & (in_real.sum(1) == 1)).sum() for j in range(len(fake))]
        assert np.array_equal(found.alone, alone)


def test_coverage_of_the_same_distribution_is_known():
    """E = 1 - prod (n - i) / (n + m - i) for i = 1 .. k with n reals, m fakes. Naeem et al. 2020."""
    n, m, k = 200, 300, 5
    known = 1 - math.prod((n - i) / (n + m - i) for i in range(1, k + 1))
    found = [
        manifolds(rng(s).standard_normal((n, 3)), rng(s + 99).standard_normal((m, 3)), k).coverage
        for s in range(60)
    ]
    assert abs(np.mean(found) - known) < 4 * np.std(found) / 60**0.5 < 0.02


def test_errors_are_the_spread_over_fresh_samples():
    real = rng().standard_normal((500, 5))
    drawn = [manifolds(real, rng(s).standard_normal((400, 5)) * 0.8, 5) for s in range(1, 60)]
    for name in ("precision", "density", "coverage"):
        spread = np.std([getattr(x, name) for x in drawn], ddof=1)
        stated = np.mean([getattr(x, f"{name}_error") for x in drawn])
        assert spread / stated == pytest.approx(1, abs=0.35), name


def test_a_collapsed_generator_costs_no_more_than_others():
    """Without counting copies once, each of them would be a near tie with all others."""
    real = rng().standard_normal((3000, 200)).astype(np.float32)
    fake = np.repeat(real[:2], 1500, axis=0)
    precision, recall, _, coverage = figures(real, fake)
    assert (precision, recall) == (1, 0) and 0 < coverage < 0.1


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (np.zeros((5, 2)), np.zeros((9, 2)), "neighbor number 6 needs as many images; got 5"),
        (np.zeros((9, 2)), np.zeros((5, 2)), "neighbor number 6 needs as many images; got 5"),
        (np.zeros((9, 2)), np.zeros((9, 3)), "one dimension"),
        (np.zeros((9, 2)), np.full((9, 2), np.nan), "finite"),
        (np.full((9, 2), np.nan), np.zeros((9, 2)), "finite"),
    ],
)
def test_what_has_no_neighbors_is_refused(real, fake, message):
    with pytest.raises(ValueError, match=message):
        manifolds(real, fake, 5)
