"""Seeds: all that is random is a function of (seed, stream, index); nothing is remembered."""

from __future__ import annotations

import numpy as np

INIT, STEP, ORDER, LABELS, LABELED_ORDER = 0, 1, 2, 3, 4
SAMPLE = 1000
"""The first of the sampling streams; pair k of a game draws from SAMPLE + k."""


def generator_of(seed: int, stream: int, index: int) -> np.random.Generator:
    """Numpy's counter-based generator at a place of its own. Salmon et al. 2011 (Philox)."""
    return np.random.Generator(np.random.Philox(key=[seed, stream], counter=[0, 0, 0, index]))


def seed_of(seed: int, stream: int, index: int) -> int:
    """A 63-bit seed for torch."""
    return int(generator_of(seed, stream, index).integers(0, 2**63))
