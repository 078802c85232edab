"""A row over its seeds: mean and spread of every figure, and how many trials went wrong."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..metrics.metric_card import MetricCard
from ..metrics.ranking import PROTOCOL
from .outcome import Outcome


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and sample standard deviation (divisor n - 1); the latter is None for one value."""

    mean: float
    deviation: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread | None:
        """Of some values; None of none."""
        if not values:
            return None
        spread = statistics.stdev(values) if len(values) > 1 else None
        return cls(statistics.fmean(values), spread)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A row's trials, one for each seed. Figures are over those that ended; the others count."""

    name: str
    outcomes: Sequence[Outcome]

    @property
    def ended(self) -> list[MetricCard]:
        """The cards of the trials that did not fail."""
        return [outcome.card for outcome in self.outcomes if outcome.card is not None]

    @property
    def fid(self) -> Spread | None:
        """Of the Frechet distance; None if no trial ended."""
        return self.spread("fid")

    def spread(self, stem: str) -> Spread | None:
        """Of a figure; None where no trial has it as a finite number."""
        return Spread.of([value for card in self.ended if (value := card.value(stem)) is not None])

    @property
    def classes_hit(self) -> float | None:
        """The least of any trial; None without classes."""
        values = [card.value("classes_hit") for card in self.ended]
        return min((value for value in values if value is not None), default=None)

    @property
    def class_kl(self) -> float | None:
        """The mean, infinite if one is; None without classes."""
        there = [figure for card in self.ended if (figure := card.find("class_kl"))]
        values = [math.inf if figure.value is None else figure.value for figure in there]
        return statistics.fmean(values) if values else None

    @property
    def failed(self) -> int:
        """Trials without figures."""
        return len(self.outcomes) - len(self.ended)

    @property
    def note(self) -> str:
        """How many trials have which fault, and what their evaluation warned of."""
        faults = Counter(mark for outcome in self.outcomes for mark in outcome.marks)
        told = [f"{n} of {len(self.outcomes)} {fault}" for fault, n in faults.items()]
        warnings = dict.fromkeys(text for card in self.ended for text in card.warnings)
        return "; ".join([*told, *warnings])


def summarized(outcomes: Sequence[Outcome]) -> list[Summary]:
    """A summary of each row, the least mean FID first, those without one last.

    Raises ValueError when two trials were judged by unlike protocols.
    """
    refuse_unlike(outcomes)
    names = dict.fromkeys(outcome.name for outcome in outcomes)
    rows = [Summary(name=n, outcomes=[o for o in outcomes if o.name == n]) for n in names]
    return sorted(rows, key=lambda row: (row.fid.mean if row.fid else math.inf, row.name))


def refuse_unlike(outcomes: Sequence[Outcome]) -> None:
    """Figures of one study must have been made by one protocol."""
    ended = [outcome for outcome in outcomes if outcome.card is not None]
    for one, other in pairwise(ended):
        for key in PROTOCOL:
            if (a := getattr(one.card, key)) != (b := getattr(other.card, key)):
                raise ValueError(
                    f"{one.name}-{one.seed} and {other.name}-{other.seed} do not compare:"
                    f" {key} is {a} and {b}; run the stage judge again"
                )
