"""The `reference` stage: the extractor of all figures, and the real images in its space."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..data.imageset import ImageSet
from ..files import replacing_folder, write
from ..metrics.card import Card, save_extractor, sha256_of
from ..metrics.extractors.extractor import Asked, Extractor
from ..metrics.features import Features, extract
from ..metrics.frechet import distance_of
from ..metrics.judging import rounded
from ..metrics.one_thread import one_thread
from ..metrics.real import splits_in
from ..metrics.seen import Seen
from ..metrics.stored import Stored, images_sha256


def reference(asked: Asked, normalized: Path, out: Path, report: Path, device: str = "cpu") -> None:
    """Write out/extractor.{weights,json}, out/SPLIT.npz of each split and the JSON `report`.

    normalized: what the normalize stage wrote. Same input, same bytes, on one machine.
    Raises ValueError, before anything is written, for images that no figure can be computed of.
    """
    sets = {split: ImageSet.load(normalized / f"{split}.npz") for split in splits_in(normalized)}
    refuse_too_few(sets)
    train = sets["train"]
    extractor = asked.chosen(train.channels, train.size, train.classes)
    with one_thread():
        weights = extractor.fit(train)
        network = extractor.load(weights, train.channels, train.size, len(train.classes))
        found = {
            split: extract(network, images.images, device=device, label=f"{split} features")
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
        text = json.dumps(summary(card, stored), indent=2, ensure_ascii=False)
    with replacing_folder(out) as folder:
        save_extractor(folder, card, weights)
        for split, seen in stored.items():
            seen.save(folder / f"{split}.npz")
    write(report, text + "\n")


def refuse_too_few(sets: dict[str, ImageSet]) -> None:
    """Each split needs the two images of a covariance."""
    for split, images in sets.items():
        if len(images) < 2:
            raise ValueError(
                f"figures need at least 2 real images of each split; {split} has {len(images)}"
            )


def card_of(
    extractor: Extractor, sets: dict[str, ImageSet], found: dict[str, Features], sha256: str
) -> Card:
    """The extractor's card, with its accuracy on training and test images."""
    train = sets["train"]
    return Card(
        extractor=extractor,
        channels=train.channels,
        size=train.size,
        classes=train.classes,
        intake=extractor.intake(train.channels, train.size),
        features=found["train"].features.shape[1],
        train_accuracy=accuracy(extractor, found["train"], train),
        test_accuracy=accuracy(extractor, found["test"], sets["test"]),
        sha256=sha256,
    )


def accuracy(extractor: Extractor, found: Features, images: ImageSet) -> float | None:
    """The share of images whose label has the largest logit; None without logits of classes."""
    if found.logits is None or not extractor.names(images.classes):
        return None
    return float(rounded(float(np.mean(found.logits.argmax(axis=1) == images.labels))))


def summary(card: Card, stored: dict[str, Stored]) -> dict[str, Any]:
    """What figures are computed with; fid_train_test is the distance of the real splits."""
    moments = {split: of_it.seen.moments for split, of_it in stored.items()}
    return {
        "fid_train_test": rounded(distance_of(moments["train"], moments["test"])),
        "train_accuracy": card.train_accuracy,
        "test_accuracy": card.test_accuracy,
        **{f"n_{split}": len(of_it.seen) for split, of_it in stored.items()},
        "features": card.features,
        "extractor": card.extractor.name,
        "extractor_sha256": card.sha256,
    }
