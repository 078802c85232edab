"""Extractors: name -> declaration. An extractor turns images into features and class logits."""

from __future__ import annotations

from typing import Annotated

from ...component import OneOf
from .classifier import Classifier
from .extractor import Extractor
from .random_features import RandomFeatures

EXTRACTORS: dict[str, type[Extractor]] = {
    "classifier": Classifier,
    "random_features": RandomFeatures,
}

AnyExtractor = Annotated[Extractor, OneOf(EXTRACTORS)]
