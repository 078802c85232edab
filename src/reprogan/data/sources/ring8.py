"""Eight Gaussians on a circle of radius 2, standard deviation .02 (L. Metz et al. 2017, 3.1).

A step of a coordinate's byte is 1/60, so the standard deviation is 1.2 steps; rounding adds a
twelfth of a squared step to a variance, and makes .0206 of the .02.
"""

from __future__ import annotations

import numpy as np

from .points import Points, mixture

ANGLES = np.arange(8) * (2 * np.pi / 8)
CENTERS = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
"""Mode i is at the angle i / 8 of a turn."""

STD = 0.02

RING8 = Points(draw=mixture(CENTERS, STD), reach=2.125, modes=len(CENTERS))
