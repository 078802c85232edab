"""The real images' statistics as the reference stage wrote them, proven to be those asked for."""

from __future__ import annotations

from pathlib import Path

from ..data.imageset import ImageSet
from .card import Card
from .settings import Evaluate
from .statistics import Statistics, images_sha256

SPLITS = ("train", "test")
AGAIN = "run the reference stage again"


def load_real(
    folder: Path, card: Card, settings: Evaluate, normalized: Path | None
) -> dict[str, Statistics]:
    """Statistics of each split.

    With `normalized`, its images of settings.split must be those that were measured. Raises
    ValueError for a reference that is missing, damaged, or stale: made with another extractor,
    with other settings, or of other images.
    """
    if card.extractor != settings.extractor:
        raise ValueError(
            f"{folder} was made with {card.extractor!r}; evaluate.extractor is"
            f" {settings.extractor!r}: {AGAIN}"
        )
    real = {split: Statistics.load(folder / f"{split}.npz") for split in SPLITS}
    for split, stored in real.items():
        refuse_stale(folder / f"{split}.npz", stored, card, settings)
    if normalized is not None:
        refuse_other_images(folder, real[settings.split], normalized / f"{settings.split}.npz")
    return real


def refuse_stale(path: Path, stored: Statistics, card: Card, settings: Evaluate) -> None:
    """Statistics must be of the card's extractor and made with the settings in force."""
    pairs = (
        ("extractor", stored.extractor_sha256, card.sha256),
        ("evaluate.splits", stored.splits, settings.splits),
        ("evaluate.seed", stored.seed, settings.seed),
        ("features", len(stored.mean), card.features),
    )
    for what, there, wanted in pairs:
        if there != wanted:
            raise ValueError(f"{path} was made with {what} {there}; it should be {wanted}: {AGAIN}")


def refuse_other_images(folder: Path, stored: Statistics, path: Path) -> None:
    """The images at `path` must be those that were measured."""
    if (found := images_sha256(ImageSet.load(path))) != stored.images_sha256:
        raise ValueError(
            f"{folder} was made of images with SHA-256 {stored.images_sha256};"
            f" {path} holds {found}: {AGAIN}"
        )
