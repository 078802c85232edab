"""How one trial ended: with figures, or with a failure, which is told like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..metrics.evaluated import load_mapping, refuse_lacking
from ..metrics.ranking import fid_of, marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of a row with a seed; either `figures` are empty, or `failed`, which says how, is."""

    name: str
    seed: int
    figures: Mapping[str, Any]
    failed: str = ""

    @property
    def fid(self) -> float | None:
        """Its Frechet distance from the real images, if it has one."""
        return fid_of(self.figures) if self.figures else None

    @property
    def marks(self) -> list[str]:
        """What is to be said against it, in the leaderboard's words; none if all is well."""
        return marks(self.figures) if self.figures else [self.failed]


def load_outcome(folder: Path, name: str, seed: int) -> Outcome:
    """Read folder/NAME-SEED.json. Raises ValueError when it is missing, damaged or not whole."""
    path, command = folder / f"{name}-{seed}.json", f"trial {name} --seed {seed}"
    figures = load_mapping(path, command)
    if "failed" in figures:
        return Outcome(name=name, seed=seed, figures={}, failed=str(figures["failed"]))
    refuse_lacking(figures, path, command)
    return Outcome(name=name, seed=seed, figures=figures)
