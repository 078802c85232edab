"""How one trial ended: with a card of figures, or with a failure, which is told like it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..metrics.metric_card import MetricCard
from ..metrics.ranking import marks
from ..reading import parse_json

TOLD = 500
"""Characters of how a trial went wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of a row with a seed; either there is a card, or `failed` says how it went wrong."""

    name: str
    seed: int
    card: MetricCard | None
    failed: str = ""

    @property
    def fid(self) -> float | None:
        """Its Frechet distance from the real images, if it has one."""
        return None if self.card is None else self.card.fid

    @property
    def marks(self) -> list[str]:
        """What is to be said against it, in the leaderboard's words; none if all is well."""
        return [self.failed] if self.card is None else marks(self.card)


def load_outcome(folder: Path, name: str, seed: int) -> Outcome:
    """Read folder/NAME-SEED.json. Raises ValueError when it is missing, damaged or not whole."""
    path = folder / f"{name}-{seed}.json"
    try:
        raw = parse_json(path.read_bytes())
    except (FileNotFoundError, ValueError):
        raw = None  # told by load
    if isinstance(raw, dict) and "failed" in raw:
        return Outcome(name=name, seed=seed, card=None, failed=str(raw["failed"])[:TOLD])
    return Outcome(name=name, seed=seed, card=MetricCard.load(path, "judge"))
