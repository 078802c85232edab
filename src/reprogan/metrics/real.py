"""The real images as the reference stage saw them, proven to be those asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..data.imageset import ImageSet
from .card import Card
from .measures.metric import Real
from .settings import Evaluate
from .stored import AGAIN, Stored, images_sha256

SPLITS = ("train", "validation", "test")


def splits_in(folder: Path) -> list[str]:
    """The splits that a folder of npz files has; `validation` need not be there."""
    return [
        split for split in SPLITS if split != "validation" or (folder / f"{split}.npz").exists()
    ]


def load_real(
    folder: Path, card: Card, settings: Evaluate, normalized: Path | None
) -> tuple[Real, str]:
    """The images of each split, and the SHA-256 of those of settings.split.

    With `normalized`, its images must be those that were seen, and pictures can show them. Raises
    ValueError for a reference that is missing, damaged, or stale: made by another extractor or of
    other images.
    """
    asked = settings.extractor.chosen(card.channels, card.size, card.classes)
    if card.extractor != asked:
        raise ValueError(
            f"{folder} was made with {card.extractor!r}; evaluate.extractor is {asked!r}: {AGAIN}"
        )
    stored = {split: Stored.load(folder / f"{split}.npz") for split in splits_in(folder)}
    if settings.split not in stored:
        raise ValueError(
            f"evaluate.split: {settings.split} is not there; valid: {', '.join(stored)}"
        )
    splits = {}
    for split, of_it in stored.items():
        if of_it.extractor_sha256 != card.sha256 or of_it.seen.dims != card.features:
            raise ValueError(
                f"{folder / split}.npz was made with extractor {of_it.extractor_sha256} of"
                f" {of_it.seen.dims} features; its card says {card.sha256} of {card.features}:"
                f" {AGAIN}"
            )
        splits[split] = of_it.seen
        if normalized is not None:
            images = ImageSet.load(normalized / f"{split}.npz")
            if (found := images_sha256(images)) != of_it.images_sha256:
                raise ValueError(
                    f"{folder} was made of images with SHA-256 {of_it.images_sha256};"
                    f" {normalized / split}.npz holds {found}: {AGAIN}"
                )
            splits[split] = replace(of_it.seen, images=images.images)
    real = Real(splits, settings.split, card.extractor.names(card.classes), settings.seed)
    return real, stored[settings.split].images_sha256
