"""Train and test images, and how a test split is made where a source has none."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .errors import DataError
from .imageset import ImageSet


@dataclass(frozen=True, kw_only=True)
class Splits:
    """What a source becomes. skipped: unreadable images that were left out, as was allowed.

    validation: held out of training to select by; None where nothing is.
    """

    train: ImageSet
    test: ImageSet
    skipped: int = 0
    validation: ImageSet | None = None

    @property
    def sets(self) -> dict[str, ImageSet]:
        """Every split by its name."""
        sets = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: images for name, images in sets.items() if images is not None}

    def with_validation(self, share: float, seed: int) -> Splits:
        """The same with `share` of each class of the training images held out; 0: none.

        A source that has held some out itself keeps those.
        Raises DataError when a share above 0 would hold out nothing.
        """
        if share == 0 or self.validation is not None:
            return self
        held = held_out(self.train.labels, share, seed)
        if not held.any():
            raise DataError(
                f"data.validation_share {share} of {len(self.train)} training images leaves no"
                " validation image: raise it, or set it to 0"
            )
        return replace(self, train=self.train.take(~held), validation=self.train.take(held))


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
