"""A generator's noise: drawn anew in training, and for images that are numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .priors import BOUNDS, Prior
from .streams import SAMPLE, generator_of


@dataclass(frozen=True, slots=True)
class Latent:
    """A generator's noise: `shape` numbers an image, normal or uniform within BOUNDS."""

    shape: tuple[int, ...]
    prior: Prior = "normal"

    @property
    def kind(self) -> str:
        """What the noise is like, in one word."""
        return self.prior

    def draw(self, n: int, device: torch.device) -> Tensor:
        """(n, *shape) float32 from torch's generator of the device: the noise of training."""
        if self.prior == "normal":
            return torch.randn(n, *self.shape, device=device)
        low, high = BOUNDS[self.prior]
        return torch.rand(n, *self.shape, device=device).mul_(high - low).add_(low)

    def of(self, seed: int, images: range, stream: int = 0) -> Tensor:
        """(len(images), *shape) float32; row i is a function of (seed, stream, i) alone."""
        rows = np.stack([self._row(generator_of(seed, SAMPLE + stream, i)) for i in images])
        return torch.from_numpy(rows)

    def _row(self, random: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
        if self.prior == "normal":
            return random.standard_normal(self.shape, dtype=np.float32)
        low, high = BOUNDS[self.prior]
        return random.random(self.shape, dtype=np.float32) * (high - low) + low
