"""The `summary` stage of a study: what its trials say together, as tables and as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL.Image import Image

from ..files import write
from ..metrics.samples import load_samples
from ..pictures import grid, save_png, sheet
from ..study.chart import chart_of
from ..study.outcome import load_outcome
from ..study.summary import Summary, summarized
from ..study.text import csv_of, markdown_of, told

SHOWN = 8
"""Samples of each trial in its row of a panel."""

ACROSS = 5
"""Panels side by side."""


def summary(
    title: str, names: Sequence[str], seeds: Sequence[int], cards: Path, samples: Path,
    reports: Path,
) -> None:  # fmt: skip
    """Write reports/summary.{csv,md}, reports/seeds.png and reports/samples.png; bytes repeat.

    cards: holds NAME-SEED.json of each trial. samples: holds NAME-SEED.npz. Raises ValueError,
    before anything is written, when one of them is missing or damaged, or they do not compare.
    """
    if not names:
        raise ValueError("a study needs at least one row of `variants` or `beyond`; got none")
    outcomes = [load_outcome(cards, name, seed) for name in sorted(names) for seed in seeds]
    rows = summarized(outcomes)
    picture = sheet([panel(row, samples) for row in rows], ACROSS)
    write(reports / "summary.csv", csv_of(rows))
    write(reports / "summary.md", markdown_of(title, rows))
    write(reports / "seeds.png", chart_of(rows))
    save_png(picture, reports / "samples.png")


def panel(row: Summary, samples: Path) -> tuple[str, Image]:
    """The first samples of each seed, a row of them a seed, white where it failed."""
    drawn = {
        outcome.seed: load_samples(samples / f"{row.name}-{outcome.seed}.npz").images[:SHOWN]
        for outcome in row.outcomes
        if outcome.card
    }
    shape = next((images.shape[1:] for images in drawn.values()), (1, 8, 8))
    white = np.full((SHOWN, *shape), 255, np.uint8)
    lines = [np.concatenate([drawn.get(o.seed, white), white])[:SHOWN] for o in row.outcomes]
    known = [f"FID {told(row.fid, 4)}"] if row.fid else []
    caption = [row.name, *known, *filter(None, row.note.split("; "))]
    return "\n".join(caption), grid(np.concatenate(lines), SHOWN)
