"""The Frechet distance of two Gaussians, exact to rounding on any covariance."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt

from .moments import Floats, Moments, streamed

ASYMMETRY = 1e-8
"""Largest |S - S^T| taken for rounding, as a share of the largest |S|."""

WELL = 1e-4
"""From this ratio of its pivots on, a Cholesky factor is as exact as eigenvalues (measured)."""


def frechet_distance(mean_a: Floats, cov_a: Floats, mean_b: Floats, cov_b: Floats) -> float:
    """Frechet distance |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)), squared, in float64.

    means: (D,); covariances: (D, D), of any rank. The trace of the root is taken as the nuclear
    norm of R_a^T R_b with S = R R^T, so no root of a product is needed: rank-deficient covariances
    (few images, dead features, a collapsed generator) cost no digits. Rounding alone can bring the
    distance of equal Gaussians below zero, by some 1e-14 of the traces.
    Raises ValueError for shapes that differ, values that are not finite, or no covariance.
    Dowson and Landau 1982; as a figure for GANs Heusel et al. 2017, eq. 6.
    """
    refuse_unequal(mean_a, cov_a, mean_b, cov_b)
    gap = mean_a - mean_b
    overlap = np.linalg.svd(root(cov_a).T @ root(cov_b), compute_uv=False).sum()
    return float(gap @ gap + np.trace(cov_a) + np.trace(cov_b) - 2 * overlap)


def distance_of(a: Moments, b: Moments) -> float:
    """The Frechet distance of two sets of features. Raises ValueError for fewer than 2 in one."""
    return frechet_distance(a.mean, a.covariance, b.mean, b.covariance)


def jackknifed(
    features: npt.NDArray[np.floating], real: Moments, groups: int, seed: int
) -> float | None:
    """Standard error of the distance of features, (N, D), from `real`; None if N < 3 groups.

    Each of `groups` groups, drawn by the seed, is left out once (Efron and Stein 1981): at random,
    since images may come class by class. Each estimate lacks as many samples, so the bias of the
    distance, which depends on their number, drops out. A bootstrap would not do: images that come
    twice add to that bias. It is right where the Gaussians differ, and up to root 2 too large where
    they are equal, since the distance is then of second order (measured).
    """
    if len(features) < 3 * groups:
        return None
    shuffled = features[np.random.default_rng(seed).permutation(len(features))]
    parts = [streamed([part]) for part in np.array_split(shuffled, groups)]
    without = [
        distance_of(reduce(Moments.merge, parts[:i] + parts[i + 1 :]), real) for i in range(groups)
    ]
    return float(np.sqrt((groups - 1) * np.var(without)))


def root(covariance: Floats) -> Floats:
    """Factor S as R R^T, R (D, rank); directions of no variance beyond rounding are left out.

    Raises ValueError when the matrix has a negative eigenvalue beyond rounding.
    """
    factor = cholesky(covariance)
    if factor is not None:
        return factor
    values, vectors = np.linalg.eigh(covariance)
    rounding = np.abs(values).max(initial=0.0) * len(values) * np.finfo(np.float64).eps
    if values.min(initial=0.0) < -max(rounding, ASYMMETRY * values.max(initial=0.0)):
        raise ValueError(f"a covariance has no negative eigenvalue; got {values.min()}")
    kept = values > rounding
    directions: Floats = vectors[:, kept] * np.sqrt(values[kept])
    return directions


def cholesky(covariance: Floats) -> Floats | None:
    """(D, D) factor at a seventh of the cost of eigenvalues; None where it would cost digits."""
    try:
        factor = np.linalg.cholesky(covariance).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return None
    pivots = np.diag(factor)
    return factor if pivots.min() >= WELL * pivots.max() else None


def refuse_unequal(mean_a: Floats, cov_a: Floats, mean_b: Floats, cov_b: Floats) -> None:
    """Both pairs must be finite and of one dimension, both covariances symmetric."""
    dims = len(mean_a)
    for mean, cov in ((mean_a, cov_a), (mean_b, cov_b)):
        if mean.shape != (dims,) or cov.shape != (dims, dims):
            raise ValueError(
                f"Gaussians must be of one dimension; got means {mean_a.shape} and {mean_b.shape},"
                f" covariances {cov_a.shape} and {cov_b.shape}"
            )
        if not (np.isfinite(mean).all() and np.isfinite(cov).all()):
            raise ValueError("means and covariances must be finite; got NaN or infinity")
        if np.abs(cov - cov.T).max(initial=0.0) > ASYMMETRY * np.abs(cov).max(initial=0.0):
            raise ValueError("a covariance is symmetric; got one that is not")
