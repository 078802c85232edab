"""What is asked of `score`, as a user types it, becomes the pipeline's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, field_validator

from ..component import ConfigError, explain
from ..metrics.measures import METRICS
from ..metrics.measures.metric import Metric
from ..metrics.settings import Evaluate
from ..reading import parse_yaml


class Scoring(Evaluate):
    """The `evaluate` section of one scoring: any metrics at all, since nothing is ranked."""

    @field_validator("metrics")
    @classmethod
    def in_order(cls, metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
        """As the table of metrics has them."""
        if not metrics:
            raise ValueError(f"name at least one; valid: {', '.join(METRICS)}")
        return tuple(sorted(metrics, key=lambda metric: list(METRICS).index(metric.name)))


def scoring(extractor: Any, metrics: str | None, split: str, seed: int) -> Scoring:  # noqa: ANN401
    """Checked settings.

    extractor: a mapping, or as typed: a name or a YAML mapping with one. metrics: names between
    commas, or a YAML mapping; None: all. Raises ConfigError with the valid values.
    """
    raw = {
        "extractor": named(extractor),
        "metrics": several(metrics),
        "split": split,
        "select": "train" if split == "validation" else "validation",
        "seed": seed,
    }
    try:
        return Scoring.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"this cannot be scored:\n{explain(error, raw)}") from None


def named(typed: Any) -> Any:  # noqa: ANN401
    """`inception` -> {name: inception}; a mapping, in YAML or not, is left as it is."""
    value = plain(typed, "--extractor") if isinstance(typed, str) else typed
    return value if isinstance(value, Mapping) else {"name": value}


def several(typed: str | None) -> Any:  # noqa: ANN401
    """`fid,kid` -> {fid: {}, kid: {}}."""
    if typed is None:
        return {name: {} for name in METRICS}
    if typed.lstrip().startswith("{"):
        return plain(typed, "--metrics")
    return {name.strip(): {} for name in typed.split(",") if name.strip()}


def plain(text: str, option: str) -> Any:  # noqa: ANN401
    """A value in YAML. Raises ConfigError for what is none."""
    try:
        return parse_yaml(text)
    except ValueError as error:
        raise ConfigError(f"{option} is neither a name nor YAML: {error}") from None
