"""The choice of an extractor that is left to the data."""

from __future__ import annotations

from typing import Literal

from ...data.stacks import unstacked
from .channelwise import Channelwise
from .classifier import Classifier
from .coordinates import Coordinates
from .extractor import Asked, Extractor
from .random_features import RandomFeatures


class Auto(Asked):
    """The classifier where images have labels to learn it from, else random_features.

    Points are judged by their coordinates, stacks channel by channel. Cards and figures bear the
    name of the one that was chosen.
    """

    name: Literal["auto"] = "auto"

    def chosen(self, channels: int, size: int, classes: tuple[str, ...]) -> Extractor:
        """A classifier tells at least two classes apart."""
        from ...data.imageset import POINT

        if (channels, size, size) == POINT:
            return Coordinates()
        if unstacked(classes):
            return Channelwise()
        return Classifier() if len(classes) >= 2 else RandomFeatures()
