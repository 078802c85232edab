"""Mean and covariance in one pass over blocks, in float64, without loss of digits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Moments:
    """What n vectors of D features have in common, to second order.

    mean: (D,) float64. scatter: (D, D) float64, the summed outer products of deviations from it.
    """

    n: int
    mean: Floats
    scatter: Floats

    @classmethod
    def of(cls, features: npt.NDArray[np.floating]) -> Moments:
        """Moments of one block, (N, D) of any float type.

        Raises ValueError for another shape, an empty block, or a feature that is not finite.
        """
        if features.ndim != 2 or len(features) == 0:
            raise ValueError(f"features must be (N, D) with N > 0; got {features.shape}")
        if not np.isfinite(features).all():
            raise ValueError("features must be finite numbers; got NaN or infinity")
        exact = features.astype(np.float64)
        mean = exact.mean(axis=0)
        off = exact - mean
        return cls(len(exact), mean, off.T @ off)

    def merge(self, other: Moments) -> Moments:
        """Moments of both sets together. Chan, Golub and LeVeque 1979, for vectors."""
        n = self.n + other.n
        gap = other.mean - self.mean
        mean = self.mean + gap * (other.n / n)
        between = np.outer(gap, gap) * (self.n * other.n / n)
        return Moments(n, mean, self.scatter + other.scatter + between)

    @property
    def covariance(self) -> Floats:
        """(D, D), with the divisor n - 1. Raises ValueError when n < 2."""
        if self.n < 2:
            raise ValueError(f"a covariance needs at least 2 images; got {self.n}")
        return self.scatter / (self.n - 1)


def streamed(blocks: Iterable[npt.NDArray[np.floating]]) -> Moments:
    """Moments of all blocks, one in memory at a time. Raises ValueError when there is none."""
    parts = map(Moments.of, blocks)
    first = next(parts, None)
    if first is None:
        raise ValueError("moments need at least one block of features; got none")
    return reduce(Moments.merge, parts, first)
