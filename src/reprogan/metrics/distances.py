"""Squared distances: by matrix products within a known error, and exactly where that matters.

|x|^2 - 2 x.y + |y|^2 is fast and loses digits: copies come out apart. So it only decides what is
further from a tie than it can err, and sum((x - y)^2) decides the few pairs that are left. Ties
are then ties: the same two vectors are equally far apart wherever they stand, and copies are at 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .moments import Floats
from .points import Indices, Rows

BLOCK = 1024
"""Rows of a block: its distances take 4 MiB."""

CHUNK = 256
"""Features in one product: a sum of the products' sums errs less than one long sum may."""

PIECE = 1 << 20
"""Numbers that are widened at once where distances are exact: 8 MiB."""

FEW = 1 / 64
"""Share of a block's pairs up to which exact distances cost less than finer products."""


@dataclass(frozen=True, eq=False)
class Distances:
    """From each row of `a`, (A, D), to each row of `b`, (B, D): finite, of any float type.

    kind: of the products. Those of float32 are twice as fast, and decide all but a few pairs.
    """

    a: Rows
    b: Rows
    kind: type[np.floating] = np.float32

    @cached_property
    def finer(self) -> Distances | None:
        """The same by products of float64; None where these are."""
        return None if self.kind is np.float64 else replace(self, kind=np.float64)

    @cached_property
    def center(self) -> Floats:
        """(D,) subtracted before products are taken, which err by a share of the squared norms."""
        mean: Floats = self.b.mean(axis=0, dtype=np.float64)
        return mean

    @cached_property
    def scale(self) -> float:
        """What products are in units of: a power of 4 that is above every squared norm."""
        pieces = (x[part] - self.center for x in (self.a, self.b) for part in blocks(len(x)))
        largest = max(float(np.square(piece).sum(axis=1).max()) for piece in pieces)
        _, exponent = math.frexp(largest)
        return float(2.0 ** (exponent + exponent % 2))

    @property
    def error(self) -> float:
        """The most by which a product and an exact distance can differ, in units of scale.

        Of a chain of n additions the dot product errs by n roundings of eps / 2, twice that enters;
        features, norms, limits and sums as they are rounded make 18 more; the exact distance and
        the centering err by 4 (D + 4) eps of float64.
        """
        dims: int = self.a.shape[1]
        chain = min(CHUNK, dims) + dims // CHUNK
        rounding = (chain + 9) * float(np.finfo(self.kind).eps)
        return rounding + 4 * (dims + 4) * float(np.finfo(np.float64).eps)

    @cached_property
    def ready(self) -> tuple[tuple[Rows, Rows], tuple[Rows, Rows]]:
        """Both sets as products take them: (N, D) in units of scale, and (N,) squared norms."""
        a = self.prepared(self.a)
        return a, a if self.b is self.a else self.prepared(self.b)

    def prepared(self, rows: Rows) -> tuple[Rows, Rows]:
        """One of them."""
        x, square = np.empty(rows.shape, self.kind), np.empty(len(rows), self.kind)
        for part in blocks(len(rows)):
            centered = (rows[part] - self.center) / self.scale**0.5
            x[part], square[part] = centered, np.square(centered).sum(axis=1)
        return x, square

    def products(self, part_a: slice, part_b: slice) -> npt.NDArray[np.floating]:
        """(A, B) squared distances of two blocks, in units of scale, within `error`."""
        (a, square_a), (b, square_b) = self.ready
        found = a[part_a, :CHUNK] @ b[part_b, :CHUNK].T
        for start in range(CHUNK, a.shape[1], CHUNK):
            found += a[part_a, start : start + CHUNK] @ b[part_b, start : start + CHUNK].T
        found *= -2
        found += square_a[part_a, None]
        found += square_b[part_b]
        return found

    def exact(self, i: Indices, j: Indices) -> Floats:
        """(P,) squared distances of a[i] from b[j]; a pair has the same bits in any company."""
        found = np.empty(len(i))
        for part in blocks(len(i), max(1, PIECE // self.a.shape[1])):
            off = self.a[i[part]].astype(np.float64) - self.b[j[part]]
            found[part] = np.square(off, out=off).sum(axis=1)
        return found

    def nearer(
        self, products: Rows, limits: Floats, part_a: slice, part_b: slice
    ) -> tuple[Indices, Indices]:
        """Pairs (i, j) of two blocks that are less far apart than their limit; equal is too far.

        products: (A, B) of the blocks. limits: squared distances in a shape that goes with them.
        """
        scaled = limits / self.scale
        i, j = np.nonzero(products < (scaled + self.error).astype(self.kind))
        unsure = np.flatnonzero(
            products[i, j] >= np.broadcast_to(scaled - self.error, products.shape)[i, j]
        )
        if self.finer is not None and len(unsure) > FEW * products.size:
            return self.finer.nearer(self.finer.products(part_a, part_b), limits, part_a, part_b)
        limit = np.broadcast_to(limits, products.shape)[i[unsure], j[unsure]]
        i, j = i + part_a.start, j + part_b.start
        near = np.ones(len(i), bool)
        near[unsure] = self.exact(i[unsure], j[unsure]) < limit
        return i[near], j[near]


def blocks(count: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices of `size` rows each, the last as long as it is."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))
