"""25 Gaussians on a grid, 2 apart, standard deviation .05 (Z. Lin et al. 2018, section 4.1).

A step of a coordinate's byte is 1/30, so the standard deviation is 1.5 steps; rounding adds a
twelfth of a squared step to a variance, and makes .0509 of the .05.
"""

from __future__ import annotations

import numpy as np

from .points import Points, mixture

SIDE = np.arange(-4.0, 5.0, 2.0)
CENTERS = np.stack(np.meshgrid(SIDE, SIDE, indexing="ij"), axis=-1).reshape(-1, 2)
"""Mode 5 i + j is at (2 i - 4, 2 j - 4)."""

STD = 0.05

GAUSSIANS25 = Points(draw=mixture(CENTERS, STD), reach=4.25, modes=len(CENTERS))
