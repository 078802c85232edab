"""Stacked MNIST: 28 x 28, RGB, 1000 classes (L. Metz et al. 2017, section 3.3.1)."""

from __future__ import annotations

from .mnist import MNIST
from .stacked import Stacked

STACKED_MNIST = Stacked(base=MNIST)
