"""Real images from anywhere, seen once by an extractor made on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..data.errors import DataError
from ..data.imageset import ImageSet
from ..metrics.card import Card, save_extractor, sha256_of
from ..metrics.extractors.extractor import Extractor
from ..metrics.features import Features, extract
from ..metrics.measures.metric import Real
from ..metrics.seen import Seen
from ..metrics.settings import Evaluate
from ..metrics.stored import Stored, images_sha256
from ..stages.evaluate import Judge
from ..stages.reference import accuracy

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class Machine:
    """device: where networks run. jobs: processes that look at images, on a CPU."""

    device: str = "cpu"
    jobs: int = 1


@dataclass(frozen=True, eq=False)
class Looked:
    """What the reference stage keeps: the extractor with its card, and what it sees by split."""

    card: Card
    weights: bytes
    network: nn.Module
    stored: Mapping[str, Stored]

    def save(self, folder: Path) -> None:
        """The files of the reference stage, byte for byte."""
        save_extractor(folder, self.card, self.weights)
        for split, seen in self.stored.items():
            seen.save(folder / f"{split}.npz")

    def judge(self, settings: Evaluate, sets: Mapping[str, ImageSet], device: str) -> Judge:
        """The judge of samples against these images."""
        splits = {
            split: replace(of_it.seen, images=sets[split].images)
            for split, of_it in self.stored.items()
        }
        names = self.card.extractor.names(self.card.classes)
        real = Real(splits, settings.split, names, settings.seed)
        sha256 = self.stored[settings.split].images_sha256
        return Judge(settings, self.card, self.network, real, sha256, device)


def look(sets: Mapping[str, ImageSet], settings: Evaluate, machine: Machine) -> Looked:
    """Make the extractor on the training images, and look at all splits with it.

    To be called on one thread. Raises ValueError for images that no figure can be computed of.
    """
    least = 2 if len(sets) > 1 else 4
    for split, images in sets.items():
        if len(images) < least:
            raise DataError(f"figures need at least {least} real images; {split} has {len(images)}")
    train = sets["train"]
    extractor = settings.extractor.chosen(train.channels, train.size, train.classes)
    weights = extractor.fit(train)
    network = extractor.load(weights, train.channels, train.size, len(train.classes))
    found = {
        split: extract(network, images.images, machine.device, machine.jobs, f"{split} features")
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
