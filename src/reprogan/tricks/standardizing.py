"""What the trick `standardize` measures and does."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..game import Batch

LEAST = 1e-3
"""Of a deviation: images that are constant stay so."""


class Standard(nn.Module):
    """Moments of a pixel of the real images so far; every batch has the same weight."""

    mean: Tensor
    square: Tensor
    batches: Tensor

    def __init__(self) -> None:
        super().__init__()
        for name in ("mean", "square", "batches"):
            self.register_buffer(name, torch.zeros(()))

    def measure(self, batch: Batch) -> Batch:
        """Take note of real images, while in training, and hand them on as they are."""
        if not self.training:
            return batch
        self.batches += 1
        self.mean += (batch.x.mean() - self.mean) / self.batches
        self.square += (batch.x.square().mean() - self.square) / self.batches
        return batch

    def forward(self, x: Tensor) -> Tensor:
        """Images, less the mean, over the deviation of the real ones."""
        deviation = (self.square - self.mean.square()).clamp_min(LEAST**2).sqrt()
        return (x - self.mean) / deviation
