"""What every extractor can do, whatever its network is."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ...component import Component

if TYPE_CHECKING:
    from torch import nn

    from ...data.imageset import ImageSet


class Extractor(Component):
    """A declaration in params.yaml, and the networks that it declares.

    A network takes x, (B, C, S, S) float32 in [-1, 1], to features, (B, D) float32, and logits,
    (B, K) float32 or None where it knows no classes.
    name: its row of EXTRACTORS; part of every figure's name.
    """

    name: str

    @abstractmethod
    def network(self, channels: int, size: int, classes: int) -> nn.Module:
        """A network for images of channels x size x size whose weights are still to be loaded."""

    @abstractmethod
    def fit(self, train: ImageSet) -> nn.Module:
        """A network made for these real images; the same bits each time on one thread.

        Raises ConfigError when it cannot be made for them.
        """
