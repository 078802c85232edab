"""Points in the plane as images of two channels and one pixel, its coordinates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...files import write
from ...npz import read_npz, to_npz
from ..errors import DataError
from ..imageset import UNLABELED, ImageSet
from ..settings import Data
from ..source import present
from ..split import Splits, split

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Draw = Callable[[np.random.Generator, int], tuple[Floats, Labels]]
"""A stream of random numbers and N -> (N, 2) points and the mode of each, -1 for none."""

COUNT, SEED = 125_000, 0
"""Points of a source, and the seed that they are drawn by: it is one set, like any published one.
At `data.test_share` .2, 100,000 are for training, as in the code of Lin et al. 2018 (PacGAN)."""

FILE = "points.npz"

LEVELS = 255
"""Steps between the least and the largest byte."""


@dataclass(frozen=True, kw_only=True)
class Points:
    """Points drawn once; the test split is drawn by `data.seed`.

    reach: coordinates in [-reach, reach] become bytes, in steps of reach / 127.5; it is rounding to
    the nearest step that points lose by. modes: how many labels there are; 0 for points without.
    """

    draw: Draw
    reach: float
    modes: int = 0

    def fetch(self, settings: Data, out: Path) -> None:
        """Draw them; nothing is downloaded."""
        points, labels = self.draw(np.random.default_rng(SEED), COUNT)
        write(out / FILE, to_npz(images=to_bytes(points, self.reach), labels=labels))

    def read(self, settings: Data, raw: Path) -> Splits:
        """Channel 0 is x, channel 1 is y; a class is a mode."""
        path = present(raw / FILE)
        try:
            whole = ImageSet(
                **read_npz(path, "download"), classes=tuple(map(str, range(self.modes)))
            )
        except (TypeError, ValueError) as error:
            fault = f"{path} is not what the download stage writes: run it again ({error})"
            raise DataError(fault) from error
        train, test = split(whole, settings.test_share, settings.seed)
        return Splits(train=train, test=test)


def mixture(centers: Floats, std: float) -> Draw:
    """Gaussians of one standard deviation around (K, 2) centers, each as likely as the others."""

    def draw(random: np.random.Generator, count: int) -> tuple[Floats, Labels]:
        labels = random.integers(len(centers), size=count)
        return centers[labels] + std * random.standard_normal((count, 2)), labels

    return draw


def without_modes(count: int) -> Labels:
    """The labels of points on no mode."""
    return np.full(count, UNLABELED, np.int64)


def to_bytes(points: Floats, reach: float) -> npt.NDArray[np.uint8]:
    """(N, 2) coordinates as (N, 2, 1, 1) bytes; those beyond `reach` are moved to the edge."""
    levels = np.rint((points / reach + 1) * (LEVELS / 2))
    return levels.clip(0, LEVELS).astype(np.uint8)[:, :, None, None]
