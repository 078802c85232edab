"""What a metric is: samples against real images, in one extractor's space."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...component import Component
from .numbers import Numbers

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..seen import Seen


@dataclass(frozen=True, slots=True)
class Figure:
    """One number about n samples.

    value: None where it is infinite, or there is none. against: the split of real images that it
    compares with; "" for none. error: its standard error as far as one draw of samples tells it,
    and `how` that was found; None where it does not tell. n_real: of the split, where not all are
    compared with.
    """

    value: float | None
    n: int
    against: str = ""
    error: float | None = None
    how: str = ""
    n_real: int | None = None


@dataclass(frozen=True, eq=False)
class Real:
    """The real images of each split, and which of them samples are compared with.

    classes: names of what logits are of, those of the data; () where they are of something else.
    seed: of every subset and shuffle.
    """

    splits: Mapping[str, Seen]
    split: str
    classes: tuple[str, ...]
    seed: int

    @property
    def compared(self) -> Seen:
        """The images of the split."""
        return self.splits[self.split]

    def apart(self, n: int) -> tuple[Seen, Real]:
        """At most n real images that are not compared with, drawn by the seed, and the real ones.

        Where all are compared with, since there is but one split, two random halves of it.
        """
        if len(self.splits) > 1:
            other = self.splits["train" if self.split != "train" else "test"]
            return other.at_most(n, self.seed), self
        import numpy as np

        count = len(self.compared)
        first = np.random.default_rng(self.seed).permutation(count) < count // 2
        rest = replace(self, splits={self.split: self.compared.take(~first)})
        return self.compared.take(first).at_most(n, self.seed), rest


class Metric(Component):
    """A declaration in params.yaml, and the figures that it stands for.

    Declarations import no torch and no numpy when they are loaded. name: its row of METRICS.
    """

    name: str

    @abstractmethod
    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """Figures by stem: `fid` becomes `fid_classifier_5k_test` in the files.

        Empty where the metric does not apply (no classes, unconditional samples). Raises ValueError
        for samples that it should apply to and cannot.
        """

    def missing(self, fake: Seen, real: Real, extractor: str) -> str:
        """Why it does not apply, so that `of` is empty; empty where it does."""
        return ""

    def least(self, logits: bool) -> Numbers:
        """The fewest images that it can be computed of; `logits`: whether the extractor has any."""
        return Numbers()

    def why(self) -> str:
        """The setting that `least` comes of; empty where there is none."""
        return ""

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """Values between which to read the figures of n samples, as real images have them."""
        return {}

    def picture(self, fake: Seen, real: Real) -> Image | None:
        """What people would rather see than read; None where there is nothing to see."""
        return None

    def warning(self, fake: Seen, real: Real) -> str:
        """What makes its figures worth little here; empty if nothing does."""
        return ""


def refuse_few(metrics: Sequence[Metric], there: Numbers, logits: bool, whose: str) -> None:
    """Raise ValueError with every metric that has too few images, its setting and the kind."""
    found = [(metric, there.lacks(metric.least(logits))) for metric in metrics]
    few = [
        " ".join(filter(None, (f"{metric.name}:", metric.why(), f"needs {lack}")))
        for metric, lack in found
        if lack
    ]
    if few:
        raise ValueError(f"{whose}: {'; '.join(few)}")
