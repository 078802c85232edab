"""Stacks of scikit-learn's digits: 8 x 8, RGB, 1000 classes, nothing to download."""

from __future__ import annotations

from .digits import Digits
from .stacked import Stacked

STACKED_DIGITS = Stacked(base=Digits())
