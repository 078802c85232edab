"""FID without the bias of few samples: a line through the FIDs of fewer and fewer of them."""

from __future__ import annotations

import numpy as np

from .frechet import distance_of
from .moments import Floats, Moments, streamed
from .points import Rows

SMALLEST = 10
"""The least number of samples is this part of all: 5,000 of 50,000 in the paper."""


def extrapolated(features: Rows, real: Moments, points: int, seed: int) -> tuple[float, float]:
    """FID at 1 / N = 0, and its standard error as the residuals of the line tell it.

    features: (N, D). `points` subsets of N / 10 to N samples in even steps are drawn by the seed.
    They share samples, so the error is too small rather than too large. The bias of few real
    images stays. Raises ValueError for fewer than 3 points or 30 samples.
    Chong and Forsyth 2020, section 3 (FID-infinity; their 15 points, drawn at random).
    """
    if points < 3 or len(features) < 3 * SMALLEST:
        raise ValueError(
            f"an extrapolation needs 3 points and {3 * SMALLEST} samples; got {points} points and"
            f" {len(features)} samples"
        )
    draw = np.random.default_rng(seed)
    sizes = np.linspace(len(features) / SMALLEST, len(features), points).round().astype(np.int64)
    subsets = (draw.choice(len(features), size, replace=False) for size in sizes)
    distances = [distance_of(streamed([features[rows]]), real) for rows in subsets]
    return line_at_zero(1 / sizes, np.array(distances))


def line_at_zero(x: Floats, y: Floats) -> tuple[float, float]:
    """The least-squares line's value at 0, and its standard error (divisor of residuals: n - 2)."""
    off = x - x.mean()
    spread = off @ off
    slope = off @ y / spread
    left = y - y.mean() - slope * off
    variance = left @ left / (len(x) - 2) * (1 / len(x) + x.mean() ** 2 / spread)
    return float(y.mean() - slope * x.mean()), float(variance**0.5)
