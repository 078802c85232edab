"""The coordinates extractor: points in the plane are their own features."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ...component import ConfigError
from ..intake import Intake
from .extractor import Extractor

if TYPE_CHECKING:
    from torch import nn

    from ...data.imageset import ImageSet

RULE = b"byte / 127.5 - 1"
"""What stands where other extractors have weights: all that it does."""


class Coordinates(Extractor):
    """The two coordinates of a point, in [-1, 1] of what its source reaches; nothing is learned."""

    logits: ClassVar[bool] = False
    name: Literal["coordinates"] = "coordinates"

    def intake(self, channels: int, size: int) -> Intake:
        """Points as they are."""
        return Intake(channels=channels, size=size, resizer="none", low=-1, high=1)

    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """It has no logits."""
        return ()

    def fit(self, train: ImageSet) -> bytes:
        """The rule. Raises ConfigError for images that are no points."""
        from ...data.imageset import POINT

        if train.images.shape[1:] != POINT:
            raise ConfigError(
                "evaluate.extractor: coordinates is for points in the plane, as ring8 has them;"
                f" these images are {train.images.shape[1:]}"
            )
        return RULE

    def load(self, content: bytes, channels: int, size: int, classes: int) -> nn.Module:
        """The network that has no weights. Raises ValueError for another rule or image."""
        from ...data.imageset import POINT
        from .coordinates_modules import Flat

        if content != RULE or (channels, size, size) != POINT:
            raise ValueError(
                f"coordinates are of images {POINT} by {RULE!r}; got {(channels, size, size)} by"
                f" {content[:20]!r}"
            )
        return Flat().eval()
