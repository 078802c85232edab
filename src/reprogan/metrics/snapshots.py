"""Samples of checkpoints on the way, as the `sample` stage writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..npz import read_npz
from .samples import Images, refuse_foreign

KINDS = ("published", "raw")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Images (n, C, S, S) uint8 of a generator after `shown` real images.

    kind: `published`, as it would be handed on, an average where one is kept; or `raw`.
    """

    shown: int
    kind: str
    images: Images


def load_snapshots(path: Path) -> list[Snapshot]:
    """Those of a file whose arrays are named KIND_SHOWN, by `shown`; there may be none.

    Raises ValueError when it is missing or damaged.
    """
    found = []
    for name, images in read_npz(path, "sample").items():
        kind, _, shown = name.rpartition("_")
        if kind not in KINDS or not shown.isdigit():
            raise ValueError(
                f"{path} holds {name!r}, which is no snapshot: run the sample stage again"
            )
        refuse_foreign(path, images)
        found.append(Snapshot(int(shown), kind, images))
    return sorted(found, key=lambda snapshot: snapshot.shown)
