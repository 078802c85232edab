"""The network of coordinates."""

from __future__ import annotations

from torch import Tensor, nn

from .convolutional import to_float


class Flat(nn.Module):
    """Every number of an image is a feature."""

    def forward(self, images: Tensor) -> tuple[Tensor, None]:
        """(B, C, S, S) uint8 -> features (B, C S S) in [-1, 1], no logits."""
        return to_float(images).flatten(1), None
