"""Precision and recall (Kynkaanniemi et al. 2019), density and coverage (Naeem et al. 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import model_validator

from ...component import Count
from .metric import Figure, Metric, Real
from .numbers import Numbers

if TYPE_CHECKING:
    from ..manifolds import Manifolds
    from ..seen import Seen


class PrecisionRecall(Metric):
    """Are samples like real images, and are all real images like samples? Higher is better.

    k: a ball around an image reaches to its k-th nearest other; Kynkaanniemi et al. take 3, Naeem
    et al. 5. images: at most so many samples and real images are drawn; all figures depend on it.
    """

    name: Literal["precision_recall"] = "precision_recall"
    k: Count = 5
    images: Count = 10_000

    @model_validator(mode="after")
    def refuse_few_drawn(self) -> PrecisionRecall:
        """A ball needs k other images."""
        if self.images <= self.k:
            raise ValueError(f"images must be more than k; got {self.images} and {self.k}")
        return self

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stems `precision`, `recall`, `density` and `coverage`.

        One image again and again can have precision 1, and then has recall 0: read them as a pair.
        """
        found = self.measured(fake, real)
        n, split, m = len(found.balls), real.split, min(self.images, len(real.compared))
        over = "samples, each for itself"
        return {
            "precision": Figure(found.precision, n, split, found.precision_error, over, m),
            "recall": Figure(found.recall, n, split, n_real=m),
            "density": Figure(found.density, n, split, found.density_error, over, m),
            "coverage": Figure(
                found.coverage, n, split, found.coverage_error, "jackknife of each sample", m
            ),
        }

    def least(self, logits: bool) -> Numbers:
        """An image and its k nearest others, of each kind."""
        return Numbers(self.k + 1, self.k + 1, self.k + 1)

    def why(self) -> str:
        """As it is typed."""
        return f"k: {self.k}"

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """The same of real images that are not compared with: what a perfect generator has."""
        other, rest = real.apart(n)
        found = self.measured(other, rest)
        stems = ("precision", "recall", "density", "coverage")
        return {f"{stem}_real": getattr(found, stem) for stem in stems}

    def measured(self, fake: Seen, real: Real) -> Manifolds:
        """At most `images` of each."""
        from ..manifolds import manifolds

        few, compared = (s.at_most(self.images, real.seed) for s in (fake, real.compared))
        return manifolds(compared.features, few.features, self.k)
