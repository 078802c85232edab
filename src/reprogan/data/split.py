"""Train and test images, and how a test split is made where a source has none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .errors import DataError
from .imageset import ImageSet


@dataclass(frozen=True, kw_only=True)
class Splits:
    """What a source becomes. skipped: unreadable images that were left out, as was allowed."""

    train: ImageSet
    test: ImageSet
    skipped: int = 0


def split(whole: ImageSet, share: float, seed: int) -> tuple[ImageSet, ImageSet]:
    """Train and test images, both in their old order; `share` of each class is held out.

    share: in [0, 1); 0 leaves the test split empty.
    Raises DataError when a share above 0 would hold out nothing.
    """
    held = held_out(whole.labels, share, seed)
    if share > 0 and not held.any():
        raise DataError(
            f"data.test_share {share} of {len(whole)} images in {max(len(whole.classes), 1)}"
            " classes leaves no test image: raise it or add images"
        )
    return whole.take(~held), whole.take(held)


def held_out(labels: npt.NDArray[np.int64], share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Which rows are held out, (N,) bool: round(share * n) at random of each class's n.

    A class keeps at least one row. Each class is drawn from its own stream, so that another
    class more or less changes nothing in it.
    """
    held = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count = min(int(share * len(rows) + 0.5), len(rows) - 1)
        draw = np.random.default_rng((seed, int(label) + 1))
        held[draw.permutation(rows)[:count]] = True
    return held
