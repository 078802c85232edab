"""Nearest neighbors by exact distances, with little memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .distances import Distances, blocks
from .moments import Floats
from .points import Indices, Points, Rows

SPARE = 4
"""Neighbors kept beyond those asked for; a row with more near ties is searched exactly."""


def kth_nearest(rows: Rows, points: Points, k: int) -> tuple[Floats, Indices]:
    """The k-th nearest of the points to each row, where a point counts as often as it is there.

    rows: (N, D). Returns (N,) exact squared distances and (N,) places in points.rows; of several at
    one distance, any. A row that is one of the points has itself as its first neighbor.
    Raises ValueError for fewer than k points.
    """
    if not 1 <= k <= len(points):
        raise ValueError(f"neighbor number {k} needs as many images; got {len(points)}")
    return search(Distances(rows, points.rows), points.counts, k)


def search(distances: Distances, counts: Indices, k: int) -> tuple[Floats, Indices]:
    """The same by products, and by finer ones for the rows whose neighbors those cannot tell."""
    near, places = candidates(distances, k + SPARE)
    kth, _ = pick(near, places, counts, k)
    tie = 2 * distances.error
    dropped = near.shape[1] < len(distances.b)
    crowded = np.flatnonzero((near.max(axis=1) <= kth + tie) & dropped)
    i, j = np.nonzero(np.abs(near - kth[:, None]) <= tie)
    near[i, j] = distances.exact(i, places[i, j]) / distances.scale
    found, where = pick(near, places, counts, k)
    found *= distances.scale
    if len(crowded) and distances.finer is not None:
        finer = replace(distances.finer, a=distances.a[crowded])
        found[crowded], where[crowded] = search(finer, counts, k)
    elif len(crowded):
        for row in map(int, crowded):
            found[row], where[row] = searched(distances, row, counts, k)
    return found, where


def candidates(distances: Distances, count: int) -> tuple[Floats, Indices]:
    """The `count` least products of each row of `a`, in any order, and their places in `b`."""
    own = distances.a is distances.b
    shape = len(distances.a), min(count, len(distances.b))
    near, places = np.full(shape, np.inf), np.zeros(shape, np.int64)
    for part_a in blocks(len(distances.a)):
        for part_b in blocks(len(distances.b)):
            if own and part_b.start < part_a.start:
                continue  # met with the two blocks in each other's place
            found = distances.products(part_a, part_b)
            keep(near[part_a], places[part_a], found, part_b.start)
            if own and part_b.start > part_a.start:
                keep(near[part_b], places[part_b], found.T, part_a.start)
    return near, places


def keep(near: Floats, places: Indices, found: Rows, start: int) -> None:
    """Change (A, K) near and places in place to the least of them and of found, (A, B)."""
    kept = near.shape[1]
    best = np.argpartition(found, min(kept, found.shape[1]) - 1, axis=1)[:, :kept]
    values = np.hstack([near, np.take_along_axis(found, best, axis=1)])
    where = np.hstack([places, best + start])
    best = np.argpartition(values, kept - 1, axis=1)[:, :kept]
    near[:] = np.take_along_axis(values, best, axis=1)
    places[:] = np.take_along_axis(where, best, axis=1)


def pick(near: Floats, places: Indices, counts: Indices, k: int) -> tuple[Floats, Indices]:
    """Of each row's (N, K) distances the k-th, when each place counts as often as it is there."""
    order = np.argsort(near, axis=1, kind="stable")
    ordered = np.take_along_axis(places, order, axis=1)
    at = (counts[ordered].cumsum(axis=1) >= k).argmax(axis=1)[:, None]
    kth = np.take_along_axis(np.take_along_axis(near, order, axis=1), at, axis=1)
    return kth.ravel(), np.take_along_axis(ordered, at, axis=1).ravel()


def searched(distances: Distances, row: int, counts: Indices, k: int) -> tuple[float, int]:
    """The same for one row by exact distances alone."""
    every = np.arange(len(distances.b))
    near = distances.exact(np.full_like(every, row), every)
    kth, place = pick(near[None], every[None], counts, k)
    return float(kth[0]), int(place[0])
