"""The Inception Score. Salimans et al. 2016, section 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...component import Count
from .metric import Figure, Metric, Real
from .numbers import Numbers

if TYPE_CHECKING:
    from ..seen import Seen


class InceptionScore(Metric):
    """Higher is better, up to the number of classes. Blind to memorization: never to read alone.

    splits: parts of the shuffled samples, whose scores are averaged.
    """

    name: Literal["inception_score"] = "inception_score"
    splits: Count = 10

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stem `inception_score`; nothing without logits. Its error is that of the mean."""
        if fake.logits is None:
            return {}
        from ..inception_score import inception_score

        mean, deviation = inception_score(fake.logits, self.splits, real.seed)
        how = f"spread over {self.splits} splits / sqrt({self.splits} - 1)"
        error = deviation / (self.splits - 1) ** 0.5 if self.splits > 1 else None
        return {"inception_score": Figure(mean, len(fake), "", error, how)}

    def missing(self, fake: Seen, real: Real, extractor: str) -> str:
        """An extractor may know no classes."""
        return f"{extractor} has no logits" if fake.logits is None else ""

    def least(self, logits: bool) -> Numbers:
        """An image for each split, of real ones as well, whose score is read."""
        return Numbers(self.splits, self.splits) if logits else Numbers()

    def why(self) -> str:
        """As it is typed."""
        return f"splits: {self.splits}"

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """The score of the real images."""
        return {
            f"{stem}_real": f.value for stem, f in self.of(real.compared, real).items() if f.value
        }

    def warning(self, fake: Seen, real: Real) -> str:
        """Splits of fewer images than classes cannot reach the number of classes."""
        classes = 0 if fake.logits is None else fake.logits.shape[1]
        if len(fake) // self.splits >= classes:
            return ""
        return (
            f"{self.splits} splits of {len(fake)} samples are too small for {classes} classes:"
            " the Inception Score is biased downwards"
        )
