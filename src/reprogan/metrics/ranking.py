"""Who is better, said only of figures that were made by one protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .metric_card import MetricCard

PROTOCOL = (
    "extractor",
    "extractor_sha256",
    "intake",
    "real_sha256",
    "split",
    "n_real",
    "n_fake",
    "draws",
    "seed",
    "metrics",
)
"""What must be equal before the figures of two cards may be compared."""

FEW = 0.5
"""A variant has collapsed when it hits less than this share of the classes."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A variant's place: `rank` from 1 by FID within its group, the same for equal FIDs.

    card: of the final checkpoint. best: of the one that was selected, where that was asked for.
    """

    name: str
    rank: int
    card: MetricCard
    best: MetricCard | None = None

    @property
    def fid(self) -> float:
        """Its Frechet distance from the real images."""
        return self.card.fid

    @property
    def verdict(self) -> str:
        """What a rank hides; empty if nothing."""
        return ", ".join(marks(self.card))

    @property
    def note(self) -> str:
        """The verdict, and what the evaluation warned of."""
        return "; ".join(filter(None, (self.verdict, *self.card.warnings)))


def ranked(
    cards: Mapping[str, MetricCard], best: Mapping[str, MetricCard] | None = None
) -> list[list[Entry]]:
    """Groups of one protocol each, the largest first; in each the entries, the best first.

    cards: variant -> what the evaluate stage wrote. Equal FIDs share a rank, and go by name.
    """
    groups: dict[tuple[str, ...], dict[str, MetricCard]] = {}
    for name, card in cards.items():
        groups.setdefault(protocol_of(card), {})[name] = card
    order = sorted(groups, key=lambda protocol: (-len(groups[protocol]), protocol))
    return [entries(groups[protocol], best or {}) for protocol in order]


def entries(group: Mapping[str, MetricCard], best: Mapping[str, MetricCard]) -> list[Entry]:
    """One group by FID, ascending."""
    fids = {name: card.fid for name, card in group.items()}
    names = sorted(group, key=lambda name: (fids[name], name))
    return [
        Entry(
            name=name,
            rank=1 + sum(fid < fids[name] for fid in fids.values()),
            card=group[name],
            best=best.get(name),
        )
        for name in names
    ]


def marks(card: MetricCard) -> list[str]:
    """What is to be said against samples with this card.

    `collapsed`: less than FEW of the classes are hit. `no better than a constant`: the FID is
    that of a generator which always shows the real images' mean features, or worse.
    """
    hit = card.value("classes_hit")
    found = {
        "collapsed": hit is not None and hit < FEW * card.reading["classes"],
        "no better than a constant": card.fid >= card.reading["fid_constant"],
    }
    return [mark for mark, true in found.items() if true]


def protocol_of(card: MetricCard) -> tuple[str, ...]:
    """The values of PROTOCOL as text, so that they sort."""
    stated = card.model_dump(mode="json")
    return tuple(json.dumps(stated[key], sort_keys=True) for key in PROTOCOL)
