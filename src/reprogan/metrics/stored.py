"""The real images of one split as an extractor sees them, in a file that proves what it is of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data.imageset import ImageSet
from ..files import write
from ..npz import read_npz, to_npz
from .seen import Seen

AGAIN = "run the reference stage again"
KEYS = {"features", "logits", "labels", "images_sha256", "extractor_sha256"}


@dataclass(frozen=True, eq=False)
class Stored:
    """What was seen, of which images and by which weights: the SHA-256 of either's content."""

    seen: Seen
    images_sha256: str
    extractor_sha256: str

    def save(self, path: Path) -> None:
        """Write one npz with the SHA-256 of all it holds; the same bytes each time."""
        none = np.empty((len(self.seen), 0), np.float32)
        arrays: dict[str, npt.NDArray[Any]] = {
            "features": self.seen.features,
            "logits": none if self.seen.logits is None else self.seen.logits,
            "labels": self.seen.labels,
            "images_sha256": np.asarray(self.images_sha256),
            "extractor_sha256": np.asarray(self.extractor_sha256),
        }
        write(path, to_npz(**arrays, sha256=digest(arrays)))

    @classmethod
    def load(cls, path: Path) -> Stored:
        """Read what `save` wrote. Raises ValueError when it is missing or not what was written."""
        arrays = read_npz(path, "reference")
        stated = str(arrays.pop("sha256", ""))
        if digest(arrays) != stated or set(arrays) != KEYS:
            raise ValueError(f"{path} holds other values than were written: {AGAIN}")
        logits = arrays["logits"] if arrays["logits"].shape[1] else None
        seen = Seen(features=arrays["features"], logits=logits, labels=arrays["labels"])
        return cls(seen, str(arrays["images_sha256"]), str(arrays["extractor_sha256"]))


def digest(arrays: dict[str, Any]) -> str:
    """SHA-256 of names, types, shapes and values."""
    total = hashlib.sha256()
    for key in sorted(arrays):
        array = np.ascontiguousarray(arrays[key])
        total.update(json.dumps([key, array.dtype.str, list(array.shape)]).encode())
        total.update(array.tobytes())
    return total.hexdigest()


def images_sha256(images: ImageSet) -> str:
    """SHA-256 of a split's content: pixels, labels and class names, wherever they are stored."""
    return digest(
        {"images": images.images, "labels": images.labels, "classes": np.array(images.classes)}
    )
