"""The `normalize` stage: uint8 arrays of one size, and what is in them."""

from __future__ import annotations

import json
from pathlib import Path

from ..data.settings import Data
from ..data.sources import SOURCES
from ..data.summary import summary
from ..files import replacing


def normalize(settings: Data, raw: Path, out: Path, report: Path) -> None:
    """Write out/train.npz, out/test.npz and the JSON `report`; same input, same bytes.

    raw: what the download stage wrote. Raises DataError for data that cannot be used, DiskFullError
    for want of room; then all three are as they were.
    """
    splits = SOURCES[settings.name].read(settings, raw)
    text = json.dumps(summary(splits), indent=2, ensure_ascii=False)
    with (
        replacing(report) as file,
        replacing(out / "test.npz") as test,
        replacing(out / "train.npz") as train,
    ):
        splits.train.write(train)
        splits.test.write(test)
        file.write(f"{text}\n".encode())
        file.flush()
