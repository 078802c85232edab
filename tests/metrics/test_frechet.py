import numpy as np
import pytest
import torch
from scipy import linalg
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torchmetrics.image import FrechetInceptionDistance

from reprogan.metrics.frechet import cholesky, frechet_distance
from reprogan.metrics.moments import Moments


def rng():
    return np.random.default_rng(0)


def rotation(dims):
    return np.linalg.qr(rng().standard_normal((dims, dims)))[0]


def of_features(a, b):
    a, b = Moments.of(a), Moments.of(b)
    return frechet_distance(a.mean, a.covariance, b.mean, b.covariance)


def commuting(p, q, gap):
    """Two Gaussians of one eigenbasis: |gap|^2 + sum (sqrt p - sqrt q)^2, known in closed form."""
    u = rotation(len(p))
    known = gap @ gap + ((np.sqrt(p) - np.sqrt(q)) ** 2).sum()
    return frechet_distance(np.zeros(len(p)), u * p @ u.T, u @ gap, u * q @ u.T), known


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of scipy, for sqrtm's old argument
def test_pytorch_fid_gives_the_same_of_the_same_features():
    from pytorch_fid.fid_score import calculate_frechet_distance

    a, b = rng().standard_normal((2, 500, 32)) @ np.diag(np.linspace(0.1, 2, 32))
    b = 1.3 * b + 0.2
    theirs = calculate_frechet_distance(a.mean(0), np.cov(a.T), b.mean(0), np.cov(b.T))
    assert of_features(a, b) == pytest.approx(theirs, rel=1e-10)


def test_in_one_dimension_it_is_the_distance_of_means_and_deviations():
    found = frechet_distance(np.array([1.0]), np.array([[4.0]]), np.array([3.0]), np.array([[9.0]]))
    assert found == pytest.approx(2**2 + (3 - 2) ** 2, rel=1e-14)


def test_diagonal_and_rotated_covariances():
    p, q = rng().uniform(0.1, 10, (2, 40))
    found, known = commuting(p, q, rng().standard_normal(40))
    assert found == pytest.approx(known, rel=1e-12)
    plain = frechet_distance(np.zeros(40), np.diag(p), np.zeros(40), np.diag(q))
    assert plain == pytest.approx(((np.sqrt(p) - np.sqrt(q)) ** 2).sum(), rel=1e-12)


def test_covariances_that_do_not_commute():
    """S_b = T S_a T, T the optimal map (positive definite): tr (S_a S_b)^(1/2) = tr T S_a."""
    a, t = (x @ x.T + np.eye(12) for x in rng().standard_normal((2, 12, 12)))
    b = t @ a @ t
    known = np.trace(a) + np.trace(b) - 2 * np.trace(t @ a)
    assert frechet_distance(np.zeros(12), a, np.zeros(12), b) == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize("decades", [1, 6, 8, 9, 12])
def test_both_factorizations_are_exact_up_to_ill_conditioned_covariances(decades):
    p = np.logspace(0, -decades, 64)
    found, known = commuting(p, rng().permutation(p), np.zeros(64))
    assert (cholesky(np.diag(p)) is not None) == (decades <= 8)
    assert found == pytest.approx(known, rel=1e-11)


def test_rank_deficient_covariances():
    p, q = rng().uniform(0.1, 10, (2, 40))
    p[:25], q[10:] = 0, 0  # 15 directions against 10 others: disjoint supports but for none
    found, known = commuting(p, q, np.zeros(40))
    assert known == pytest.approx(p.sum() + q.sum(), rel=1e-12)
    assert found == pytest.approx(known, rel=1e-12)
    p[5:], q[:] = 1.0, np.linspace(0, 2, 40)
    found, known = commuting(p, q, np.ones(40))
    assert found == pytest.approx(known, rel=1e-12)


def test_a_generator_of_one_image_pays_the_whole_variance():
    real = rng().standard_normal((500, 30)) @ rotation(30) + 2
    one = np.repeat(real[:1], 100, axis=0)
    moments = Moments.of(real)
    known = ((real[0] - moments.mean) ** 2).sum() + np.trace(moments.covariance)
    assert of_features(real, one) == pytest.approx(known, rel=1e-12)
    assert abs(of_features(one, one)) < 1e-20


@pytest.mark.parametrize(("n", "dims"), [(1000, 64), (30, 64), (2, 64)])
def test_identical_statistics_are_at_no_distance_even_with_fewer_images_than_features(n, dims):
    x = rng().standard_normal((n, dims)) * np.logspace(-4, 2, dims)
    assert abs(of_features(x, x)) <= 1e-12 * np.trace(Moments.of(x).covariance)


def test_it_is_symmetric_and_grows_with_the_distance_of_means():
    a, b = rng().standard_normal((2, 100, 8))
    assert of_features(a, b) == pytest.approx(of_features(b, a), rel=1e-12)
    assert of_features(a, b + 3 * np.eye(8)[0]) > of_features(a, b) + 5


def pairs():
    """Features as they come: plain, nearly singular, with dead columns, with fewer images."""
    x, y = rng().standard_normal((2, 2000, 48))
    mix = rotation(48)
    steep = np.logspace(0, -5, 48)
    return {
        "plain": (x @ mix * 2, y + 0.1),
        "near_singular": (x * steep @ mix, 1.1 * y * steep @ mix + 0.05),
        "dead": (np.maximum(x - 3, 0), np.maximum(y - 2.9, 0)),
    }


class Features(torch.nn.Identity):
    """What torchmetrics takes for a network: images are their own features."""

    num_features = 48


@pytest.mark.parametrize("kind", ["plain", "near_singular", "dead"])
def test_parity_with_torch_fidelity_torchmetrics_and_scipy(kind):
    a, b = pairs()[kind]
    found = of_features(a, b)
    # Roots of the product, as all three take them, lose digits at its small eigenvalues: 1.1e-7 here.
    limit = 1e-6 if kind == "near_singular" else 1e-10
    accumulated = FrechetInceptionDistance(Features())
    for x, real in ((a, True), (b, False)):
        for part in np.array_split(x, 7):
            accumulated.update(torch.from_numpy(part), real)
    assert found == pytest.approx(accumulated.compute().item(), rel=limit)
    theirs = [fid_features_to_statistics(torch.from_numpy(x)) for x in (a, b)]
    fidelity = fid_statistics_to_metric(*theirs, verbose=False)["frechet_inception_distance"]
    assert found == pytest.approx(fidelity, rel=limit)
    (m, s), (n, t) = ((x["mu"], x["sigma"]) for x in theirs)
    if kind != "dead":  # sqrtm has no root of a singular product
        scipy = (m - n) @ (m - n) + np.trace(s + t - 2 * linalg.sqrtm(s @ t).real)
        assert found == pytest.approx(scipy, rel=limit)


def test_where_root_of_the_product_fails_ours_still_holds():
    """With fewer images than features eigenvalues of the product err by 1e-8; ours do not."""
    x = rng().standard_normal((20, 64))
    m = Moments.of(x)
    theirs = (
        np.trace(m.covariance) * 2
        - 2 * np.sqrt(np.linalg.eigvals(m.covariance @ m.covariance).astype(complex)).real.sum()
    )
    assert abs(theirs) > 1e3 * max(abs(of_features(x, x)), 1e-14)


@pytest.mark.parametrize(
    ("mean", "cov", "message"),
    [
        (np.zeros(3), np.eye(2), "one dimension"),
        (np.zeros(2), np.eye(3), "one dimension"),
        (np.array([0, np.nan]), np.eye(2), "finite"),
        (np.zeros(2), np.array([[1.0, 0.5], [0.0, 1.0]]), "symmetric"),
        (np.zeros(2), np.diag([1.0, -0.5]), "no negative eigenvalue"),
    ],
)
def test_what_is_no_gaussian_is_refused(mean, cov, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(np.zeros(2), np.eye(2), mean, cov)
