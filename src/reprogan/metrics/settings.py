"""The `evaluate` section of params.yaml."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator, model_validator

from ..component import Component, Index, plain
from .extractors import AnyExtractor
from .measures import METRICS, AnyMetrics
from .measures.metric import Metric

Split = Literal["train", "validation", "test"]


class Evaluate(Component):
    """In which space, by which metrics and against which real images samples are judged.

    extractor: the network whose features and logits all figures are computed from.
    metrics: what is computed. split: the real images that figures are reported against.
    select: the split by which the best checkpoint is chosen; never the one reported against.
    seed: of every subset and shuffle of the metrics.
    """

    extractor: AnyExtractor
    metrics: AnyMetrics
    split: Split = "test"
    select: Split = "validation"
    seed: Index = 0

    @field_validator("metrics")
    @classmethod
    def in_order(cls, metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
        """As the table of metrics has them, FID among them: the leaderboard ranks by it."""
        if "fid" not in {metric.name for metric in metrics}:
            raise ValueError("fid must be among them: variants are ranked by it; add fid: {}")
        return tuple(sorted(metrics, key=lambda metric: list(METRICS).index(metric.name)))

    def dump(self) -> dict[str, Any]:
        """The mapping that it was parsed from, defaults filled in."""
        return {**self.model_dump(mode="json"), "metrics": plain(self.metrics)}

    @model_validator(mode="after")
    def refuse_reported(self) -> Evaluate:
        """A checkpoint chosen by the reported figure would make that figure too good."""
        if self.select == self.split:
            raise ValueError(
                "select must be another split than the one reported against; both are"
                f" {self.split!r}"
            )
        return self
