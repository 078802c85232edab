"""The `reference` stage: the extractor of all figures, and the real images' statistics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..data.imageset import ImageSet
from ..files import write
from ..metrics.card import Card, save_extractor, sha256_of, weights_of
from ..metrics.extractors.extractor import Extractor
from ..metrics.features import Features, extract
from ..metrics.figures import fid, fid_constant, rounded, scores
from ..metrics.one_thread import one_thread
from ..metrics.real import SPLITS
from ..metrics.settings import Evaluate
from ..metrics.statistics import Statistics, images_sha256


def reference(settings: Evaluate, normalized: Path, out: Path, report: Path) -> None:
    """Write out/extractor.{safetensors,json}, out/{train,test}.npz and the JSON `report`.

    normalized: what the normalize stage wrote. Same input, same bytes, on one machine.
    Raises ValueError, before anything is written, for images that no figure can be computed of.
    """
    sets = {split: ImageSet.load(normalized / f"{split}.npz") for split in SPLITS}
    refuse_too_few(sets)
    with one_thread():
        network = settings.extractor.fit(sets["train"])
        found = {split: extract(network, sets[split].images) for split in SPLITS}
        weights = weights_of(network)
        card = card_of(settings.extractor, sets, found, sha256_of(weights))
        real = {
            split: Statistics.of(found[split], settings, card.sha256, images_sha256(sets[split]))
            for split in SPLITS
        }
        text = json.dumps(summary(card, real, settings), indent=2, ensure_ascii=False)
    save_extractor(out, card, weights)
    for split in SPLITS:
        real[split].save(out / f"{split}.npz")
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
    """The extractor's card, with its accuracy on both splits."""
    train = sets["train"]
    return Card(
        extractor=extractor,
        channels=train.channels,
        size=train.size,
        classes=train.classes,
        features=found["train"].features.shape[1],
        train_accuracy=accuracy(found["train"], train),
        test_accuracy=accuracy(found["test"], sets["test"]),
        sha256=sha256,
    )


def accuracy(found: Features, images: ImageSet) -> float | None:
    """The share of images whose label has the largest logit; None without logits."""
    if found.logits is None:
        return None
    return rounded(float(np.mean(found.logits.argmax(axis=1) == images.labels)))


def summary(card: Card, real: dict[str, Statistics], settings: Evaluate) -> dict[str, Any]:
    """What to read figures against; fid_floor is the FID of real train from real test images."""
    return {
        "fid_floor": fid(real["train"], real["test"]),
        "fid_constant": fid_constant(real[settings.split]),
        **scores(real[settings.split], card.extractor.name),
        "train_accuracy": card.train_accuracy,
        "test_accuracy": card.test_accuracy,
        "n_train": real["train"].n,
        "n_test": real["test"].n,
        "features": card.features,
        "split": settings.split,
        "splits": settings.splits,
        "seed": settings.seed,
        "extractor": card.extractor.name,
        "extractor_sha256": card.sha256,
    }
