"""A set of images from anywhere, in memory, with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..component import ConfigError
from ..data.errors import DataError
from ..data.imageset import UNLABELED, ImageSet
from ..metrics.samples import Images, Labels, Samples

LONE = "train"
"""The split that images without a split of their own are: the extractor is made on all of them."""

COLORS: dict[int | None, str] = {1: "gray", 3: "RGB"}
"""What images are called, by the number of their channels."""


@dataclass(frozen=True, kw_only=True)
class Fitting:
    """What becomes of images as they are read; None keeps what is there.

    size: images become size x size. channels: 1 or 3. resize: the filter. skip_corrupt: leave
    unreadable files of a folder or archive out.
    """

    size: int | None = None
    channels: int | None = None
    resize: str = "lanczos"
    skip_corrupt: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Pile:
    """Images with a label each.

    where: whose they are, for messages. images: (N, C, S, S) uint8. labels: (N,) int64, UNLABELED
    for none. classes: their names; () where labels are numbers or none. test: (N,) bool, images of
    a test split; None without one. draws: of as many each, one after the other. made: how, as far
    as is known. notes: what a reader of figures should know.
    """

    where: str
    images: Images
    labels: Labels
    classes: tuple[str, ...] = ()
    test: npt.NDArray[np.bool_] | None = None
    draws: int = 1
    made: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """(C, S, S) of each image."""
        return self.images.shape[1:]

    @property
    def splits(self) -> dict[str, ImageSet]:
        """As real images: by split; numbered classes are named by their numbers."""
        classes = self.classes
        if not classes and self.labels.max(initial=UNLABELED) != UNLABELED:
            classes = tuple(map(str, range(int(self.labels.max()) + 1)))
        try:
            whole = ImageSet(images=self.images, labels=self.labels, classes=classes)
        except DataError as error:
            raise DataError(f"{self.where}: {error}") from None
        if self.test is None:
            return {LONE: whole}
        return {"train": whole.take(~self.test), "test": whole.take(self.test)}

    def drawn(self, count: int | None, seed: int) -> Pile:
        """`count` images drawn by the seed, as one draw; None: all. Raises ConfigError for more."""
        if count is None:
            return self
        if count > len(self.images):
            raise ConfigError(f"--images {count}: {self.where} has only {len(self.images)} images")
        rows = np.sort(np.random.default_rng(seed).permutation(len(self.images))[:count])
        return replace(self, images=self.images[rows], labels=self.labels[rows], draws=1)

    def samples(self, classes: tuple[str, ...]) -> Samples:
        """As samples, their labels those of real images of `classes`; what these lack is dropped.

        Raises DataError for a class that the real images do not have.
        """
        if self.test is not None:
            raise DataError(
                f"{self.where} holds train/ and test/: score one of them, {self.where}/train"
            )
        labels = np.full_like(self.labels, UNLABELED) if not classes else self.labels
        if classes and self.classes:
            strange = [name for name in self.classes if name not in classes]
            if strange:
                raise DataError(
                    f"{self.where} has the classes {listed(strange)}, which the reference has not;"
                    f" it has {listed(classes)}. Without classes, put all images into one folder"
                )
            labels = np.array([classes.index(name) for name in self.classes])[self.labels]
        return Samples(self.images, labels, self.draws, self.made)


def listed(names: tuple[str, ...] | list[str]) -> str:
    """The first ten."""
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
