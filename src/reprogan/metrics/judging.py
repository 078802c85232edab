"""From what was seen of samples to their card."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..progress import progress
from .byte_range import unscaled
from .card import Card
from .class_histogram import class_counts
from .measures.metric import Figure, Metric, Real, refuse_few
from .measures.numbers import Numbers
from .metric_card import Label, Made, MetricCard, Stated, short
from .seen import Seen
from .settings import Evaluate

PLACES = ("path", "weights", "mirror")
"""Keys of an extractor that say where its file was; what it is, is said by its hash."""

DIGITS = 6
"""Significant digits: far below the spread between samples, far above rounding."""


Readings = dict[tuple[Metric, int], dict[str, float]]
"""What real images have, by metric and for how many samples: the same for all that is judged."""


def judge(
    name: str, checkpoint: Label, draws: Sequence[Seen], real: Real, settings: Evaluate,
    card: Card, real_sha256: str, made: Made, selected_by: str = "",
    readings: Readings | None = None,
) -> MetricCard:  # fmt: skip
    """Every figure of some draws of equally many samples each.

    readings: those of earlier cards by the same real images, and then of this one too.
    Raises ValueError for samples that a metric cannot be computed of.
    """
    sizes = {split: len(seen) for split, seen in real.splits.items()}
    there = Numbers.of(len(draws[0]), sizes, real.split)
    refuse_few(settings.metrics, there, draws[0].logits is not None, name)
    extractor = card.extractor.name
    figures: dict[str, Stated] = {}
    warnings = [unscaled(draws, real.compared)]
    reading: dict[str, float] = {}
    readings = {} if readings is None else readings
    with progress(f"{name} figures", len(settings.metrics), "metrics", short=True) as bar:
        for metric in settings.metrics:
            for stem, values in by_stem(metric, draws, real).items():
                figures[name_of(stem, extractor, values[0])] = stated(stem, values, real)
            warnings.append(metric.warning(draws[0], real))
            key = metric, len(draws[0])
            if key not in readings:
                readings[key] = metric.reading(real, len(draws[0]))
            reading |= readings[key]
            bar.advance(1)
    return MetricCard(
        name=name,
        checkpoint=checkpoint,
        selected_by=selected_by,
        made=made,
        extractor=card.extractor.model_dump(mode="json", exclude=set(PLACES)),
        extractor_sha256=card.sha256,
        extractor_test_accuracy=card.test_accuracy,
        features=card.features,
        intake=card.intake,
        real_sha256=real_sha256,
        split=settings.split,
        n_real=len(real.compared),
        n_fake=len(draws[0]),
        draws=len(draws),
        seed=settings.seed,
        metrics={metric.name: metric.model_dump(exclude={"name"}) for metric in settings.metrics},
        figures=figures,
        reading={key: rounded(value) for key, value in reading.items()},
        class_histogram=histogram(draws, real.classes),
        warnings=tuple(filter(None, warnings)),
    )


def by_stem(metric: Metric, draws: Sequence[Seen], real: Real) -> dict[str, list[Figure]]:
    """Each figure of a metric for every draw."""
    rows: dict[str, list[Figure]] = {}
    for draw in draws:
        for stem, figure in metric.of(draw, real).items():
            rows.setdefault(stem, []).append(figure)
    return rows


def name_of(stem: str, extractor: str, figure: Figure) -> str:
    """A name that carries the protocol: figures of one name and one data set compare."""
    return "_".join(filter(None, (stem, extractor, short(figure.n), figure.against)))


def stated(stem: str, values: Sequence[Figure], real: Real) -> Stated:
    """The mean over draws and its deviation; of one draw, what that says of its own error."""
    first = values[0]
    numbers = [figure.value for figure in values]
    finite = [number for number in numbers if number is not None]
    whole = len(finite) == len(numbers)
    std, of = first.error, first.how if first.error is not None else ""
    if len(values) > 1:
        std = statistics.stdev(finite) if whole else None
        of = f"{len(values)} draws of {first.n:,} samples"
    return Stated(
        stem=stem,
        value=rounded(statistics.fmean(finite)) if whole else None,
        std=None if std is None else rounded(std),
        std_of=of,
        draws=tuple(None if number is None else rounded(number) for number in numbers),
        n_fake=first.n,
        n_real=first.n_real or (len(real.splits[first.against]) if first.against else None),
        against=first.against,
    )


def histogram(draws: Sequence[Seen], classes: Sequence[str]) -> dict[str, int]:
    """How many images of all draws are taken for each class; nothing where none is known."""
    if not classes:
        return {}
    counts = [class_counts(draw.logits) for draw in draws if draw.logits is not None]
    return dict(zip(classes, map(int, np.sum(counts, axis=0)), strict=True))


def rounded(value: float) -> Any:  # noqa: ANN401  a float, or the int that a count is
    """The value to DIGITS significant digits. Raises ValueError for one that is not finite."""
    if not math.isfinite(value):
        raise ValueError(f"a figure must be a finite number; got {value}")
    return float(f"{value:.{DIGITS}g}")
