"""The `normalize` stage: uint8 arrays of one size, and what is in them."""

from __future__ import annotations

import json
from pathlib import Path

from ..data.settings import Data
from ..data.sources import SOURCES
from ..data.summary import summary
from ..files import replacing_folder, write


def normalize(settings: Data, raw: Path, out: Path, report: Path) -> None:
    """Write out/SPLIT.npz of train, test and maybe validation, and the JSON `report`.

    raw: what the download stage wrote. Same input, same bytes. Raises DataError for data that
    cannot be used, DiskFullError for want of room; then `out` is as it was.
    """
    whole = SOURCES[settings.name].read(settings, raw)
    splits = whole.with_validation(settings.validation_share, settings.seed)
    text = json.dumps(summary(splits), indent=2, ensure_ascii=False)
    with replacing_folder(out) as folder:
        for name, images in splits.sets.items():
            images.save(folder / f"{name}.npz")
        write(report, f"{text}\n")
