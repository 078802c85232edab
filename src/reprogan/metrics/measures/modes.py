"""How many modes of a known mixture samples show: the usual test of mode collapse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from ...data.stacks import unstacked
from .metric import Figure, Metric, Real

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

    from ..modes import Counts
    from ..seen import Seen

LABELED = "train"
"""The split whose labels say what the modes are, and how large."""


class Modes(Metric):
    """For points with modes and for stacks, as Srivastava et al. 2017 and Lin et al. 2018 count.

    Points: a sample is of high quality within 3 standard deviations of the nearest mode's center,
    and one such sample covers the mode. Centers and deviations are those of the training points.
    Stacks: a mode is a class, and one sample that is taken for it covers it.
    """

    name: Literal["modes"] = "modes"

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stems `modes_covered`, `modes_kl` and, for points, `high_quality_share`.

        modes_kl: of the samples' shares of the modes from the training images', in nats; a point
        counts at the nearest center, however far it is. Nothing for images without such modes.
        """
        counts = modes_of(real)
        if counts is None:
            return {}
        if not on_plane(real):
            modes = taken_for(fake)
            return figures(modes, modes, counts)
        from ..modes import Mixture

        train = real.splits[LABELED]
        modes, near = Mixture.of(flat(train), train.labels).nearest(flat(fake))
        share = float(near.mean())
        error = math.sqrt(share * (1 - share) / len(fake))
        return {
            **figures(modes, modes[near], counts),
            "high_quality_share": Figure(share, len(fake), LABELED, error, "binomial"),
        }

    def missing(self, fake: Seen, real: Real, extractor: str) -> str:
        """Only points of labeled modes and stacks have modes that can be counted."""
        if modes_of(real) is not None:
            return ""
        return "the real images are neither stacks nor points of known modes"

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """How many modes there are, and how many of them n real images show on average."""
        from ..modes import expected

        counts = modes_of(real)
        if counts is None:
            return {}
        return {"modes": len(counts), "modes_expected": expected(counts, n)}

    def warning(self, fake: Seen, real: Real) -> str:
        """Too few samples to show every mode."""
        reading = self.reading(real, len(fake))
        if not reading or reading["modes"] - reading["modes_expected"] < 0.5:
            return ""
        return (
            f"{len(fake)} samples cannot show all {reading['modes']:.0f} modes:"
            f" as many real images show {reading['modes_expected']:.0f}"
        )

    def picture(self, fake: Seen, real: Real) -> Image | None:
        """Sampled points over the training points."""
        train = real.splits[LABELED].images
        if not on_plane(real) or train is None or fake.images is None:
            return None
        from ...pictures import cloud

        return cloud(fake.images, train)


def modes_of(real: Real) -> Counts | None:
    """(K,) training images of each mode; None where there are none to count."""
    import numpy as np

    labels = real.splits[LABELED].labels
    if unstacked(real.classes):
        return np.bincount(labels, minlength=len(real.classes))
    return np.bincount(labels) if on_plane(real) and labels.min() >= 0 else None


def on_plane(real: Real) -> bool:
    """Whether the real images are points, and at hand."""
    from ...data.imageset import POINT

    images = real.splits[LABELED].images
    return images is not None and images.shape[1:] == POINT


def flat(seen: Seen) -> npt.NDArray[np.uint8]:
    """(N, 2) bytes of points. Raises ValueError where only features were kept."""
    if seen.images is None:
        raise ValueError("modes of points are counted on the points, and only features are here")
    return seen.images.reshape(len(seen), -1)


def taken_for(fake: Seen) -> Counts:
    """(N,) the class of the largest logit. Raises ValueError without logits."""
    if fake.logits is None:
        raise ValueError("modes of stacks are counted by logits, and samples have none")
    modes: Counts = fake.logits.argmax(axis=1)
    return modes


def figures(modes: Counts, covering: Counts, counts: Counts) -> dict[str, Figure]:
    """What points and stacks have in common.

    modes: (n,) the nearest to each sample. covering: of samples that are good enough to cover it.
    counts: (K,) training images of each.
    """
    import numpy as np

    from ..class_histogram import class_kl

    kl = class_kl(np.bincount(modes, minlength=len(counts)), counts)
    return {
        "modes_covered": Figure(len(np.unique(covering)), len(modes), LABELED),
        "modes_kl": Figure(kl, len(modes), LABELED),
    }
