"""Real images seen once by an extractor made on them: what every figure is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..data.imageset import ImageSet
from .card import Card, save_extractor, sha256_of
from .extractors.extractor import Asked, Extractor
from .features import Features, extract
from .judging import rounded
from .seen import Seen
from .stored import Stored, images_sha256

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, eq=False)
class Looked:
    """The extractor with its card, and what it sees of each split."""

    card: Card
    weights: bytes
    network: nn.Module
    stored: Mapping[str, Stored]

    def save(self, folder: Path) -> None:
        """Write folder/extractor.{weights,json} and folder/SPLIT.npz of each split."""
        save_extractor(folder, self.card, self.weights)
        for split, seen in self.stored.items():
            seen.save(folder / f"{split}.npz")


def look(sets: Mapping[str, ImageSet], asked: Asked, device: str = "cpu", jobs: int = 1) -> Looked:
    """Make the extractor on the training images, and look at all splits with it.

    jobs: processes that look, on a CPU. To be called on one thread. Raises ValueError for images
    that no figure can be computed of: each split needs the two of a covariance, and a split that is
    alone is halved for what is read of real images.
    """
    least = 2 if len(sets) > 1 else 4
    for split, images in sets.items():
        if len(images) < least:
            raise ValueError(
                f"figures need at least {least} real images of each split; {split} has"
                f" {len(images)}"
            )
    train = sets["train"]
    extractor = asked.chosen(train.channels, train.size, train.classes)
    weights = extractor.fit(train)
    network = extractor.load(weights, train.channels, train.size, len(train.classes))
    found = {
        split: extract(network, images.images, device, jobs, f"{split} features")
        for split, images in sets.items()
    }
    card = card_of(extractor, sets, found, sha256_of(weights))
    stored = {
        split: Stored(
            Seen(found[split].features, found[split].logits, images.labels),
            images_sha256(images),
            card.sha256,
        )
        for split, images in sets.items()
    }
    return Looked(card, weights, network, stored)


def card_of(
    extractor: Extractor, sets: Mapping[str, ImageSet], found: Mapping[str, Features], sha256: str
) -> Card:
    """The extractor's card; without a test split, nobody knows its accuracy there."""
    train = sets["train"]
    shares = {split: accuracy(extractor, found[split], images) for split, images in sets.items()}
    return Card(
        extractor=extractor,
        channels=train.channels,
        size=train.size,
        classes=train.classes,
        intake=extractor.intake(train.channels, train.size),
        features=found["train"].features.shape[1],
        train_accuracy=shares["train"],
        test_accuracy=shares.get("test"),
        sha256=sha256,
    )


def accuracy(extractor: Extractor, found: Features, images: ImageSet) -> float | None:
    """The share of images whose label has the largest logit; None without logits of classes."""
    if found.logits is None or not extractor.names(images.classes):
        return None
    return float(rounded(float(np.mean(found.logits.argmax(axis=1) == images.labels))))
