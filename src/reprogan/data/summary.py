"""What metrics/data.json says about the images, in figures that do not depend on the machine."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .imageset import ImageSet
from .pixels import Pixels
from .split import Splits

DIGITS = 6
"""Significant digits of the mean and standard deviation."""

MANY = 100
"""Classes beyond which no one would read a histogram of them."""

CHUNK = 1024
"""Images counted at once: np.bincount widens pixels eightfold."""


def summary(splits: Splits) -> dict[str, Any]:
    """Plain values for JSON: what all images have in common, then each split's own."""
    return {
        "size": splits.train.size,
        "channels": splits.train.channels,
        "classes": len(splits.train.classes),
        "skipped": splits.skipped,
        **{name: describe(images) for name, images in splits.sets.items()},
    }


def describe(images: ImageSet) -> dict[str, Any]:
    """Count, mean and (population) standard deviation of x / 127.5 - 1, images of each class.

    Of MANY classes only the least and the largest are told. The moments of an empty split are null.
    """
    mean, std = moments(images.images) if len(images) else (None, None)
    return {"count": len(images), "mean": mean, "std": std, **shares(images)}


def shares(images: ImageSet) -> dict[str, Any]:
    """How many images there are of each class, or of the classes with fewest and most."""
    rows = [int((images.labels == i).sum()) for i in range(len(images.classes))]
    if len(rows) > MANY:
        return {"least_of_a_class": min(rows), "most_of_a_class": max(rows)}
    return {"histogram": dict(zip(images.classes, rows, strict=True))}


def moments(pixels: Pixels) -> tuple[float, float]:
    """Mean and standard deviation of x / 127.5 - 1, from exact counts of the 256 values."""
    counts = [0] * 256
    for start in range(0, len(pixels), CHUNK):
        found = np.bincount(pixels[start : start + CHUNK].reshape(-1), minlength=256)
        counts = [a + int(b) for a, b in zip(counts, found, strict=True)]
    total = sum(counts)
    first = sum(n * x for x, n in enumerate(counts))
    second = sum(n * x * x for x, n in enumerate(counts))
    variance = (second * total - first * first) / (total * total)
    return rounded(first / total / 127.5 - 1), rounded(math.sqrt(variance) / 127.5)


def rounded(value: float) -> float:
    """The value to DIGITS significant digits."""
    return float(f"{value:.{DIGITS}g}")
