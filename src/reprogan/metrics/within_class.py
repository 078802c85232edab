"""The Frechet distance within each class: it sees a generator that draws one image a class."""

from __future__ import annotations

import numpy as np

from .frechet import distance_of
from .moments import streamed
from .points import Indices, Rows

LEAST = 2
"""Images of a class that have a covariance."""


def class_distances(fake: Rows, asked: Indices, real: Rows, labels: Indices) -> dict[int, float]:
    """Frechet distance of the samples asked for as a class from the real images of it, by class.

    fake: (N, D), real: (M, D). Classes of fewer than 2 real images are left out; a label below 0
    is no class. Raises ValueError where fewer than 2 samples are of one of the others.
    Miyato and Koyama 2018, section 4.
    """
    if few := too_few(asked, labels):
        raise ValueError(
            f"an intra-class FID needs {LEAST} samples of each class that real images show; too few"
            f" are of class {', '.join(map(str, few))}"
        )
    return {
        label: distance_of(streamed([fake[asked == label]]), streamed([real[labels == label]]))
        for label in common(labels)
    }


def too_few(asked: Indices, labels: Indices) -> list[int]:
    """Classes of real images of which there are fewer than 2 samples."""
    there = common(asked)
    return [label for label in common(labels) if label not in there]


def left_out(asked: Indices, labels: Indices) -> list[int]:
    """Classes that samples were asked for, and of which there are fewer than 2 real images."""
    there = common(labels)
    return [label for label in map(int, np.unique(asked[asked >= 0])) if label not in there]


def common(labels: Indices) -> list[int]:
    """Classes of 2 images or more."""
    known, counts = np.unique(labels[labels >= 0], return_counts=True)
    return [int(label) for label in known[counts >= LEAST]]
