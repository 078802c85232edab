"""Samples that are nearer to training images than chance would have them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .moments import Floats
from .neighbors import kth_nearest
from .points import Indices, Points, Rows


@dataclass(frozen=True, eq=False)
class Closest:
    """The training image nearest to each of N samples.

    distance: (N,) squared, to it. spacing: (N,) squared, of it from the nearest other training
    image; 0 where it is there twice. place: (N,) of it among the training images.
    """

    distance: Floats
    spacing: Floats
    place: Indices

    @property
    def authentic(self) -> Floats:
        """(N,) 1. where a sample is further from that image than the image is from all others.

        At equal distances it is not: a copy of an image that is there twice is a copy.
        """
        return (self.distance > self.spacing).astype(np.float64)

    @property
    def ratio(self) -> Floats:
        """(N,) root of distance over spacing: 0 for copies, infinite for other samples at 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient = np.sqrt(self.distance / self.spacing)
        return np.where(self.distance == 0, 0, quotient)


def closest(samples: Rows, train: Rows) -> Closest:
    """Find them. samples: (N, D), train: (M, D), M > 1.

    Raises ValueError for fewer training images, or features that are not finite numbers.
    Alaa et al. 2022, section 4.
    """
    x, points = Points.distinct(samples), Points.distinct(train)
    distance, place = kth_nearest(x.rows, points, 1)
    spacing, _ = kth_nearest(points.rows[place], points, 2)
    _, first = np.unique(points.of, return_index=True)
    return Closest(distance[x.of], spacing[x.of], first[place][x.of])


def nearer(samples: Rows, train: Rows, held_out: Rows) -> Floats:
    """(N,) 1. where a sample is nearer to train than to held_out, .5 where it is equally near.

    .5 in the mean for samples that know no more of one than of the other (Platzer and Reutterer
    2021). Raises ValueError for
    sets of unlike size: the larger would be nearer.
    """
    refuse_unlike(len(train), len(held_out))
    x = Points.distinct(samples)
    seen, unseen = (kth_nearest(x.rows, Points.distinct(s), 1)[0] for s in (train, held_out))
    return one_if_less(seen, unseen)[x.of]


def nearer_of_held_out(train: Rows, held_out: Rows) -> Floats:
    """(N,) the same of the N held-out images themselves, each left out of the held-out set.

    train: (N - 1, D), so that both sets are of one size.
    """
    refuse_unlike(len(train) + 1, len(held_out))
    points = Points.distinct(held_out)
    seen, _ = kth_nearest(points.rows, Points.distinct(train), 1)
    unseen, _ = kth_nearest(points.rows, points, 2)
    return one_if_less(seen, unseen)[points.of]


def one_if_less(a: Floats, b: Floats) -> Floats:
    """1. where a < b, .5 where they are equal."""
    share: Floats = (a < b) + 0.5 * (a == b)
    return share


def refuse_unlike(train: int, held_out: int) -> None:
    """Both sets must be of one size."""
    if train != held_out:
        raise ValueError(
            f"as many training as held-out images must be compared; got {train} and {held_out}"
        )
