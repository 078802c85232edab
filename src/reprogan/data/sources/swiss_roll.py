"""A Swiss roll seen from its side, as in the code of I. Gulrajani et al. 2017: a curve, no modes.

A step of a coordinate's byte is 1/60; the noise around the curve is 2 steps.
"""

from __future__ import annotations

import numpy as np

from .points import Floats, Labels, Points, without_modes

NOISE, SCALE = 0.25, 7.5
"""Standard deviation around the roll, and what its coordinates are divided by."""


def roll(random: np.random.Generator, count: int) -> tuple[Floats, Labels]:
    """The spiral (t cos t, t sin t) with t even in [1.5 pi, 4.5 pi), as scikit-learn draws it."""
    t = 1.5 * np.pi * (1 + 2 * random.random(count))
    curve = np.stack([t * np.cos(t), t * np.sin(t)], axis=1)
    noisy = curve + NOISE * random.standard_normal((count, 2))
    return noisy / SCALE, without_modes(count)


SWISS_ROLL = Points(draw=roll, reach=2.125)
