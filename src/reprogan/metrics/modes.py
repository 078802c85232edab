"""Which modes of a known mixture samples are of, and how near to one they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

NEAR = 3.0
"""Standard deviations around a center that are of high quality (Srivastava et al. 2017, 4.1)."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """K round modes in D dimensions, as labeled points show them.

    centers: (K, D). stds: (K,), of one coordinate. counts: (K,), how many of the points.
    """

    centers: Floats
    stds: Floats
    counts: Counts

    @classmethod
    def of(cls, points: npt.NDArray[Any], labels: Counts) -> Mixture:
        """Measured on (N, D) points of modes (N,), 0 to K - 1, by float64; divisor n - 1.

        Raises ValueError for a mode of fewer than two points.
        """
        counts = np.bincount(labels)
        if counts.min() < 2:
            raise ValueError(f"a mode needs two points; mode {counts.argmin()} has {counts.min()}")
        groups = [points[labels == mode].astype(np.float64) for mode in range(len(counts))]
        stds = [np.sqrt(group.var(axis=0, ddof=1).mean()) for group in groups]
        return cls(np.stack([group.mean(axis=0) for group in groups]), np.array(stds), counts)

    def nearest(self, points: npt.NDArray[Any]) -> tuple[Counts, npt.NDArray[np.bool_]]:
        """The mode with the nearest center to each of (N, D) points, and which are within NEAR."""
        apart = points.astype(np.float64)[:, None, :] - self.centers
        distances = np.sqrt((apart**2).sum(axis=2))
        modes = distances.argmin(axis=1)
        return modes, distances.min(axis=1) <= NEAR * self.stds[modes]


def expected(real: Counts, n: int) -> float:
    """How many of the modes `n` draws from the real shares show, on average.

    real: (K,) counts. Of 1000 even modes 5,000 draws show 993 and 26,000 all.
    """
    return float((1 - (1 - real / real.sum()) ** n).sum())
