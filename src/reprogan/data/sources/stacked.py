"""Stacks: three gray images of another source as red, green and blue (L. Metz et al. 2017, 3.3.1).

With ten classes in the source a stack is of one of 1000, which nobody has to label: a generator
that misses some of them is caught. Also in A. Srivastava et al. 2017 (VEEGAN) and Z. Lin et al.
2018 (PacGAN), whose training set has 128,000 stacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..imageset import ImageSet
from ..settings import Data
from ..source import Source
from ..split import Splits
from ..stacks import DEPTH, stacked

STREAMS = {"train": 1, "test": 2, "validation": 3}
"""Of random numbers: another for each split."""


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """`settings.stacks` training images, and of each other split as many as the base has for it.

    base: where the images come from. Its splits are made before its images are stacked, so none is
    in stacks of two splits.
    """

    base: Source

    def fetch(self, settings: Data, out: Path) -> None:
        """The files of the base."""
        self.base.fetch(settings, out)

    def read(self, settings: Data, raw: Path) -> Splits:
        """Each image of a stack is drawn by the seed from all of its split."""
        base = self.base.read(settings.model_copy(update={"channels": 1}), raw)
        sets = base.with_validation(settings.validation_share, settings.seed).sets
        each = settings.stacks / len(sets["train"])
        drawn = {
            name: stacks(images, round(each * len(images)), (settings.seed, 1, STREAMS[name]))
            for name, images in sets.items()
        }
        return Splits(**drawn, skipped=base.skipped)


def stacks(base: ImageSet, count: int, seed: tuple[int, ...]) -> ImageSet:
    """`count` stacks of gray images: channels and digits of the label are in the order drawn."""
    rows = np.random.default_rng(seed).integers(max(len(base), 1), size=(count, DEPTH))
    kinds, of = len(base.classes), base.labels[rows]
    return ImageSet(
        images=base.images[rows, 0],
        labels=(of[:, 0] * kinds + of[:, 1]) * kinds + of[:, 2],
        classes=stacked(base.classes),
    )
