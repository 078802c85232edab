"""Which classes samples are taken for: a plain test of mode collapse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .metric import Figure, Metric, Real

if TYPE_CHECKING:
    from ..seen import Seen


class Classes(Metric):
    """How many of the real classes samples show, and how unlike the real ones their shares are."""

    name: Literal["classes"] = "classes"

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stems `classes_hit` and `class_kl`, in nats; nothing without logits of classes."""
        if fake.logits is None or real.compared.logits is None or not real.classes:
            return {}
        from ..class_histogram import class_counts, class_kl, classes_hit

        counts, there = class_counts(fake.logits), class_counts(real.compared.logits)
        return {
            "classes_hit": Figure(classes_hit(counts, there), len(fake), real.split),
            "class_kl": Figure(class_kl(counts, there), len(fake), real.split),
        }

    def missing(self, fake: Seen, real: Real, extractor: str) -> str:
        """Logits must be there, and of the real images' classes."""
        if fake.logits is None or real.compared.logits is None:
            return f"{extractor} has no logits"
        return "" if real.classes else f"{extractor} has no logits of the real images' classes"

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """How many classes the real images show."""
        if real.compared.logits is None or not real.classes:
            return {}
        from ..class_histogram import class_counts

        return {"classes": int((class_counts(real.compared.logits) > 0).sum())}
