"""Images as an extractor sees them: all that a metric is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .moments import Moments, streamed

BLOCK = 1000
"""Images whose features are widened to float64 at once."""


@dataclass(frozen=True, eq=False)
class Seen:
    """N images in one extractor's space, in an order of no meaning.

    features: (N, D) float32. logits: (N, K) float32, before softmax; None where it has none.
    labels: (N,) int64, the class that an image is of or was asked for; -1 where there is none.
    images: (N, C, S, S) uint8; None where only features were kept.
    """

    features: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32] | None
    labels: npt.NDArray[np.int64]
    images: npt.NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        """N."""
        return len(self.features)

    @property
    def dims(self) -> int:
        """D."""
        return int(self.features.shape[1])

    @cached_property
    def moments(self) -> Moments:
        """Mean and covariance of the features, float64. Raises ValueError for NaN, or no image."""
        return streamed(self.features[i : i + BLOCK] for i in range(0, len(self), BLOCK))

    def take(self, rows: npt.NDArray[Any] | slice) -> Seen:
        """Some of the images: places, a mask or a slice."""
        return Seen(
            features=self.features[rows],
            logits=None if self.logits is None else self.logits[rows],
            labels=self.labels[rows],
            images=None if self.images is None else self.images[rows],
        )

    def at_most(self, count: int, seed: int) -> Seen:
        """All of them, or `count` drawn at random by the seed: never the first ones."""
        if len(self) <= count:
            return self
        return self.take(np.sort(np.random.default_rng(seed).permutation(len(self))[:count]))
