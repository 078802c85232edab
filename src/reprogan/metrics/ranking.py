"""Who is better, said only of figures that were made by one protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROTOCOL = (
    "extractor",
    "extractor_sha256",
    "real_sha256",
    "split",
    "n_real",
    "n_fake",
    "splits",
    "seed",
)
"""What must be equal before two figures may be compared."""

FEW = 0.5
"""A variant has collapsed when it hits less than this share of the classes."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A variant's place: `rank` from 1 by FID within its group, the same for equal FIDs."""

    name: str
    rank: int
    figures: Mapping[str, Any]

    @property
    def fid(self) -> float:
        """Its Frechet distance from the real images."""
        return fid_of(self.figures)

    @property
    def verdict(self) -> str:
        """What a rank hides; empty if nothing."""
        return ", ".join(marks(self.figures))

    @property
    def note(self) -> str:
        """The verdict, and what the evaluation warned of."""
        return "; ".join(text for text in (self.verdict, self.figures["warning"]) if text)


def ranked(rows: Mapping[str, Mapping[str, Any]]) -> list[list[Entry]]:
    """Groups of one protocol each, the largest first; in each the entries, the best first.

    rows: variant -> what the evaluate stage wrote. Equal FIDs share a rank, and go by name.
    """
    groups: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
    for name, figures in rows.items():
        groups.setdefault(protocol_of(figures), {})[name] = figures
    order = sorted(groups, key=lambda protocol: (-len(groups[protocol]), protocol))
    return [entries(groups[protocol]) for protocol in order]


def entries(group: Mapping[str, Mapping[str, Any]]) -> list[Entry]:
    """One group by FID, ascending."""
    fids = {name: fid_of(figures) for name, figures in group.items()}
    names = sorted(group, key=lambda name: (fids[name], name))
    values = list(fids.values())
    return [
        Entry(name=n, rank=1 + sum(v < fids[n] for v in values), figures=group[n]) for n in names
    ]


def marks(figures: Mapping[str, Any]) -> list[str]:
    """What is to be said against samples with these figures.

    `collapsed`: less than FEW of the classes are hit. `no better than a constant`: the FID is
    that of a generator which always shows the real images' mean features, or worse.
    """
    hit, classes = (figures.get(key, 1) for key in ("classes_hit", "classes"))
    found = {
        "collapsed": hit < FEW * classes,
        "no better than a constant": fid_of(figures) >= figures["fid_constant"],
    }
    return [mark for mark, true in found.items() if true]


def protocol_of(figures: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of PROTOCOL as text, so that they sort."""
    return tuple(str(figures[key]) for key in PROTOCOL)


def fid_of(figures: Mapping[str, Any]) -> float:
    """The FID, which the figures hold under their extractor's name."""
    return float(figures[f"fid_{figures['extractor']}"])
