"""Which classes samples are taken for, against the real images: a plain test of mode collapse."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]

HIT = 0.1
"""A class is hit when its share of samples is at least this part of its share of real images."""


def class_counts(logits: npt.NDArray[np.floating]) -> Counts:
    """(K,) how many rows of (N, K) logits are largest at each class; the lower class wins a tie."""
    return np.bincount(logits.argmax(axis=1), minlength=logits.shape[1]).astype(np.int64)


def classes_hit(fake: Counts, real: Counts) -> int:
    """How many of the classes that real images show the samples show as well.

    A tenth of the real share (HIT) asks for more than the classifier's slips, which spread a few
    samples over every class, and forgives an unbalanced generator. (K,) counts of each.
    Raises ValueError unless both have K classes and an image.
    """
    refuse(fake, real)
    return int(((real > 0) & (fake * real.sum() >= HIT * real * fake.sum())).sum())


def class_kl(fake: Counts, real: Counts) -> float | None:
    """KL(fake | real) of the class shares, in nats.

    0 when they are equal, log K when K even classes became one; None where the samples show a class
    that no real image shows: the divergence is infinite.
    Raises ValueError unless both have K classes and an image.
    """
    refuse(fake, real)
    shown = fake > 0
    if (real[shown] == 0).any():
        return None
    p, q = fake[shown] / fake.sum(), real[shown] / real.sum()
    return math.fsum(p * np.log(p / q))


def refuse(fake: Counts, real: Counts) -> None:
    """Both histograms must be of the same classes and count at least one image."""
    if fake.shape != real.shape or not fake.sum() or not real.sum():
        raise ValueError(
            f"histograms must be of the same classes, and of images; got {fake}, {real}"
        )
