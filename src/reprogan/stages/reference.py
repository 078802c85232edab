"""The `reference` stage: the extractor of all figures, and the real images in its space."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..data.imageset import ImageSet
from ..files import replacing_folder, write
from ..metrics.card import Card
from ..metrics.extractors.extractor import Asked
from ..metrics.frechet import distance_of
from ..metrics.judging import rounded
from ..metrics.looking import look
from ..metrics.one_thread import one_thread
from ..metrics.real import splits_in
from ..metrics.stored import Stored


def reference(asked: Asked, normalized: Path, out: Path, report: Path, device: str = "cpu") -> None:
    """Write out/extractor.{weights,json}, out/SPLIT.npz of each split and the JSON `report`.

    normalized: what the normalize stage wrote. Same input, same bytes, on one machine.
    Raises ValueError, before anything is written, for images that no figure can be computed of.
    """
    sets = {split: ImageSet.load(normalized / f"{split}.npz") for split in splits_in(normalized)}
    with one_thread():
        looked = look(sets, asked, device)
        text = json.dumps(summary(looked.card, looked.stored), indent=2, ensure_ascii=False)
    with replacing_folder(out) as folder:
        looked.save(folder)
    write(report, text + "\n")


def summary(card: Card, stored: Mapping[str, Stored]) -> dict[str, Any]:
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
