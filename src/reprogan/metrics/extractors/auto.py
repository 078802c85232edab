"""The choice of an extractor that is left to the data."""

from __future__ import annotations

from typing import Literal

from .classifier import Classifier
from .extractor import Asked, Extractor
from .random_features import RandomFeatures


class Auto(Asked):
    """The classifier where images have labels to learn it from, else random_features.

    Cards and figures bear the name of the one that was chosen.
    """

    name: Literal["auto"] = "auto"

    def chosen(self, channels: int, size: int, classes: tuple[str, ...]) -> Extractor:
        """A classifier tells at least two classes apart."""
        return Classifier() if len(classes) >= 2 else RandomFeatures()
