"""The kernel distance (KID): squared MMD by the cubic kernel, without bias, in float64 blocks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .distances import blocks
from .moments import Floats
from .points import Indices, Rows, refuse


def kernel_distance(fake: Rows, real: Rows, rms: float = 1.0) -> tuple[float, float]:
    """Unbiased MMD^2 by k(x, y) = (x.y / (D rms^2) + 1)^3, and its standard error over samples.

    fake: (N, D), real: (M, D). Of equal distributions it is 0 in the mean, so it may be negative.
    The error is the jackknife's that leaves out each sample once, the reals as they are; near 0,
    where the estimate is degenerate, it is too large rather than too small.
    Raises ValueError for fewer than 3 samples or 2 reals, or features that are not finite numbers.
    Binkowski et al. 2018, section 4; Gretton et al. 2012, eq. 3.
    """
    refuse_unequal(fake, real)
    n, m = len(fake), len(real)
    own = row_sums(fake, fake, rms) - on_itself(fake, rms)
    cross = row_sums(fake, real, rms)
    among_reals = (row_sums(real, real, rms) - on_itself(real, rms)).sum() / (m * (m - 1))
    value = own.sum() / (n * (n - 1)) + among_reals - 2 * cross.sum() / (n * m)
    without = (own.sum() - 2 * own) / ((n - 1) * (n - 2))
    without -= 2 * (cross.sum() - cross) / ((n - 1) * m)
    return float(value), float(((n - 1) * without.var()) ** 0.5)


def over_subsets(
    fake: Rows, real: Rows, subsets: Iterable[tuple[Indices, Indices]], rms: float = 1.0
) -> tuple[float, float]:
    """Mean and spread (divisor: their number) of the distances of subsets: how KID is published.

    subsets: rows of fake and of real. The mean has the expectation of the whole's distance and
    more noise; the spread is that of one subset, no error of the mean.
    """
    values = [kernel_distance(fake[i], real[j], rms)[0] for i, j in subsets]
    return float(np.mean(values)), float(np.std(values))


def drawn(n: int, m: int, subsets: int, size: int, seed: int) -> Iterable[tuple[Indices, Indices]]:
    """Pairs of `size` rows of n and of m, none twice. Raises ValueError where there are fewer."""
    if size > min(n, m):
        raise ValueError(
            f"KID over subsets of {size} images needs as many; got {n} samples and {m} real images:"
            " a smaller subset_size has the same expectation; subsets: 0 takes all images"
        )
    draw = np.random.default_rng(seed)
    for _ in range(subsets):
        yield draw.choice(n, size, replace=False), draw.choice(m, size, replace=False)


def root_mean_square(features: Rows) -> float:
    """Of all numbers of (N, D) features. Raises ValueError where they are all 0, or not finite."""
    refuse(features)
    total = sum(np.square(features[part], dtype=np.float64).sum() for part in blocks(len(features)))
    if not total:
        raise ValueError("features that are all 0 have no scale")
    return float((total / features.size) ** 0.5)


def row_sums(a: Rows, b: Rows, rms: float) -> Floats:
    """(A,) the kernel's sum over all rows of b, for each row of a."""
    sums = np.zeros(len(a))
    for part_a in blocks(len(a)):
        for part_b in blocks(len(b)):
            if a is b and part_b.start < part_a.start:
                continue  # met with the two blocks in each other's place
            kernel = cubic(wide(a[part_a], rms) @ wide(b[part_b], rms).T)
            sums[part_a] += kernel.sum(axis=1)
            if a is b and part_b.start > part_a.start:
                sums[part_b] += kernel.sum(axis=0)
    return sums


def on_itself(a: Rows, rms: float) -> Floats:
    """(A,) the kernel of each row with itself."""
    squares = [np.square(wide(a[part], rms)).sum(axis=1) for part in blocks(len(a))]
    return cubic(np.concatenate(squares))


def wide(rows: Rows, rms: float) -> Floats:
    """Rows as float64, divided by rms and the root of D."""
    scaled: Floats = rows.astype(np.float64) / (rms * rows.shape[1] ** 0.5)
    return scaled


def cubic(products: Floats) -> Floats:
    """(p + 1)^3, in the array's own memory."""
    products += 1
    products *= products * products
    return products


def refuse_unequal(fake: Rows, real: Rows) -> None:
    """Both must be numbers of one dimension, and enough for an unbiased estimate."""
    refuse(fake)
    refuse(real)
    if fake.shape[1] != real.shape[1] or len(fake) < 3 or len(real) < 2:
        raise ValueError(
            "a kernel distance needs 3 samples and 2 real images of one dimension;"
            f" got {fake.shape} and {real.shape}"
        )
