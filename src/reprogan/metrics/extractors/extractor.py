"""What every extractor can do, whatever its network is."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from ...component import Component
from ..intake import Intake

if TYPE_CHECKING:
    from torch import nn

    from ...data.imageset import ImageSet


class Asked(Component):
    """A declaration in params.yaml: an extractor, or a choice of one.

    name: its row of EXTRACTORS.
    """

    name: str

    @abstractmethod
    def chosen(self, channels: int, size: int, classes: tuple[str, ...]) -> Extractor:
        """The extractor that such images are judged by; figures bear its name.

        channels, size, classes: of the real images; points in the plane have 2 channels of 1 pixel.
        """


class Extractor(Asked):
    """One way to make networks that see images; its name is part of every figure's name.

    A network takes images, (B, C, S, S) uint8, to features, (B, D) float32, and logits, (B, K)
    float32 or None where it knows no classes. It scales and resizes the images itself. Its
    attribute `chunk`, if it has one, is the number of images that it sees at once.

    logits: whether there surely are some, as far as is known before there is a network.
    """

    logits: ClassVar[bool] = True

    def chosen(self, channels: int, size: int, classes: tuple[str, ...]) -> Extractor:
        """Itself."""
        return self

    @abstractmethod
    def intake(self, channels: int, size: int) -> Intake:
        """What becomes of images of channels x size x size."""

    @abstractmethod
    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Of `classes`, those of the data, the ones that its logits are of; () for none of them."""

    @abstractmethod
    def fit(self, train: ImageSet) -> bytes:
        """Weights for these real images; the same bytes each time on one thread.

        Raises ConfigError when there cannot be any.
        """

    @abstractmethod
    def load(self, content: bytes, channels: int, size: int, classes: int) -> nn.Module:
        """The network with the weights that `fit` gave, on the CPU, in evaluation mode.

        It is for images of channels x size x size of data with so many classes.
        Raises ValueError for weights that do not fit.
        """
