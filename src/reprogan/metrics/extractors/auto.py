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

    Stacks are seen channelwise, and points by their coordinates.
    Cards and figures bear the name of the one that was chosen.
    """

    name: Literal["auto"] = "auto"

    def chosen(self, channels: int, size: int, classes: tuple[str, ...]) -> Extractor:
        """A classifier tells at least two classes apart."""
        if (channels, size) == (2, 1):
            return Coordinates()
        if unstacked(classes):
            return Channelwise()
        return Classifier() if len(classes) >= 2 else RandomFeatures()
