"""What a synchronization did, and what it could not do."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """made, there: how many runs are new, and how many were there. pending: result -> why.

    mend: what to do about those. best: a sentence on each registered model.
    """

    made: int = 0
    there: int = 0
    pending: dict[str, str] = field(default_factory=dict)
    mend: str = ""
    best: list[str] = field(default_factory=list)

    def count(self, new: bool) -> None:
        """One more run is there."""
        self.made += new
        self.there += not new

    def warn(self, name: str, warnings: Iterable[str]) -> None:
        """Say on stderr which records the run of a result goes without."""
        for text in warnings:
            print(f"warning: {name}: {text}", file=sys.stderr)

    @property
    def total(self) -> int:
        """All that was looked at."""
        return self.made + self.there + len(self.pending)

    def lines(self, what: str) -> list[str]:
        """What is pending, and what to do about it; the registered models; the sum."""
        told = [f"{name}: {why}" for name, why in self.pending.items()]
        told += [f"{len(self.pending)} pending: {self.mend}"] if self.pending and self.mend else []
        total = (
            f"{self.made} of {self.total} {what} are new in MLflow; {self.there} were there,"
            f" {len(self.pending)} are pending"
        )
        return [*told, *self.best, total]
