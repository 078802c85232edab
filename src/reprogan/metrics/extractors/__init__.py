"""Extractors: name -> declaration. An extractor turns images into features and class logits."""

from __future__ import annotations

from typing import Annotated

from ...component import OneOf
from .auto import Auto
from .channelwise import Channelwise
from .classifier import Classifier
from .coordinates import Coordinates
from .custom import Custom
from .extractor import Asked, Extractor
from .inception import Inception
from .random_features import RandomFeatures

CHOSEN: dict[str, type[Extractor]] = {
    "classifier": Classifier,
    "inception": Inception,
    "custom": Custom,
    "random_features": RandomFeatures,
    "channelwise": Channelwise,
    "coordinates": Coordinates,
}
"""Those that a card can name."""

EXTRACTORS: dict[str, type[Asked]] = {"auto": Auto, **CHOSEN}
"""Those that params.yaml can name."""

ChosenExtractor = Annotated[Extractor, OneOf(CHOSEN)]
AnyExtractor = Annotated[Asked, OneOf(EXTRACTORS)]
