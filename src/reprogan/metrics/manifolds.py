"""Precision, recall, density and coverage: which images lie within balls around the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .distances import Distances, blocks
from .neighbors import kth_nearest
from .points import Indices, Points, Rows


@dataclass(frozen=True, eq=False)
class Manifolds:
    """Of N reals and M fakes, each with a ball that reaches to the k-th nearest other of its kind.

    A ball is open: its edge is outside, as in the code of Naeem et al. and unlike the formula of
    Kynkaanniemi et al., which differ for copies alone. balls: (M,) real balls that a fake is in.
    recalled: (N,) fake balls that a real is in. covering: (N,) fakes in the ball of a real.
    alone: (M,) reals whose ball has this fake and no other in it.
    """

    k: int
    balls: Indices
    recalled: Indices
    covering: Indices
    alone: Indices

    @property
    def precision(self) -> float:
        """Share of fakes that are in a real ball. Kynkaanniemi et al. 2019, section 2."""
        return float((self.balls > 0).mean())

    @property
    def recall(self) -> float:
        """Share of reals that are in a fake ball. Kynkaanniemi et al. 2019, section 2."""
        return float((self.recalled > 0).mean())

    @property
    def density(self) -> float:
        """Real balls that a fake is in, over k; 1 for the reals. Naeem et al. 2020, section 3."""
        return float(self.balls.mean() / self.k)

    @property
    def coverage(self) -> float:
        """Share of reals in whose ball there is a fake. Naeem et al. 2020, section 3."""
        return float((self.covering > 0).mean())

    @property
    def precision_error(self) -> float:
        """Standard error over samples: fakes are in real balls or not, each for itself."""
        return float((self.balls > 0).std(ddof=1) / len(self.balls) ** 0.5)

    @property
    def density_error(self) -> float:
        """Standard error over samples."""
        return float(self.balls.std(ddof=1) / len(self.balls) ** 0.5 / self.k)

    @property
    def coverage_error(self) -> float:
        """Standard error over samples, by the jackknife: without a fake, `alone` are lost."""
        return float(((len(self.alone) - 1) * self.alone.var()) ** 0.5 / len(self.covering))


def manifolds(real: Rows, fake: Rows, k: int) -> Manifolds:
    """Count who is in whose ball, by exact distances; copies are neighbors of each other, at 0.

    real: (N, D), fake: (M, D). Raises ValueError for k or fewer images, or features that are not
    finite numbers of one dimension.
    """
    x, y = Points.distinct(real), Points.distinct(fake)
    if real.shape[1] != fake.shape[1]:
        raise ValueError(f"features must be of one dimension; got {real.shape}, {fake.shape}")
    edge_x, edge_y = (kth_nearest(points.rows, points, k + 1)[0] for points in (x, y))
    balls, recalled, covering, last = (np.zeros(len(p.rows), np.int64) for p in (y, x, x, x))
    distances = Distances(x.rows, y.rows)
    for part_x in blocks(len(x.rows)):
        for part_y in blocks(len(y.rows)):
            found = distances.products(part_x, part_y)
            i, j = distances.nearer(found, edge_x[part_x, None], part_x, part_y)
            np.add.at(balls, j, x.counts[i])
            np.add.at(covering, i, y.counts[j])
            last[i] = j
            i, j = distances.nearer(found, edge_y[None, part_y], part_x, part_y)
            np.add.at(recalled, i, y.counts[j])
    single = covering == 1
    alone = np.bincount(last[single], x.counts[single], len(y.rows)).astype(np.int64)
    return Manifolds(k, balls[y.of], recalled[x.of], covering[x.of], alone[y.of])
