"""All that figures need to know of a set of images, in one extractor's space."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.imageset import ImageSet
from ..files import write
from ..npz import read_npz, to_npz
from .class_histogram import Counts, class_counts
from .inception_score import inception_score
from .moments import Floats, streamed
from .settings import Evaluate

if TYPE_CHECKING:
    from .features import Features

BLOCK = 1000
"""Images whose features are widened to float64 at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Statistics:
    """Of n images in a space of D features and, where the extractor knows classes, K of them.

    mean: (D,), covariance: (D, D), divisor n - 1; float64. counts: (K,) images taken for a class;
    score: (2,) mean and spread of the Inception Score over `splits`, shuffled by `seed`; both (0,)
    without classes.
    images_sha256: of the real images, "" for samples. extractor_sha256: of the extractor's weights.
    """

    n: int
    mean: Floats
    covariance: Floats
    counts: Counts
    score: Floats
    splits: int
    seed: int
    images_sha256: str
    extractor_sha256: str

    @classmethod
    def of(
        cls, found: Features, settings: Evaluate, extractor_sha256: str, images_sha256: str = ""
    ) -> Statistics:
        """Measure them. Raises ValueError for fewer than 2 or settings.splits images, or NaN."""
        x, logits = found.features, found.logits
        moments = streamed(x[i : i + BLOCK] for i in range(0, len(x), BLOCK))
        counts, score = np.empty(0, np.int64), np.empty(0)
        if logits is not None:
            counts = class_counts(logits)
            score = np.array(inception_score(logits, settings.splits, settings.seed))
        return cls(
            n=moments.n,
            mean=moments.mean,
            covariance=moments.covariance,
            counts=counts,
            score=score,
            splits=settings.splits,
            seed=settings.seed,
            images_sha256=images_sha256,
            extractor_sha256=extractor_sha256,
        )

    def save(self, path: Path) -> None:
        """Write one npz with the SHA-256 of all it holds; the same bytes each time."""
        arrays = {key: np.asarray(value) for key, value in asdict(self).items()}
        write(path, to_npz(**arrays, sha256=digest(arrays)))

    @classmethod
    def load(cls, path: Path) -> Statistics:
        """Read what `save` wrote. Raises ValueError when it is missing or not what was written."""
        arrays = read_npz(path, "reference")
        stated = str(arrays.pop("sha256", ""))
        if digest(arrays) != stated or set(arrays) != {field.name for field in fields(cls)}:
            raise ValueError(
                f"{path} holds other values than were written: run the reference stage again"
            )
        values: dict[str, Any] = {k: v if v.ndim else v.item() for k, v in arrays.items()}
        return cls(**values)


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
