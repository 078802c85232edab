"""The `leaderboard` stage: every run ranked, as tables and as pictures."""

from __future__ import annotations

from pathlib import Path

from PIL.Image import Image

from ..curves import curves_of, read_history
from ..files import write
from ..metrics.chart import chart_of
from ..metrics.metric_card import MetricCard
from ..metrics.ranking import Entry, ranked
from ..metrics.ranking_text import csv_of, markdown_of
from ..metrics.samples import load_samples
from ..pictures import first, grid, save_png, sheet

SHOWN, ACROSS = 24, 6
"""Samples of each variant on the sheet, and how many of them side by side."""

SHEET = 1500
"""Width of the sheet, in pixels, which panels fill as far as they go; one panel may be wider."""


def leaderboard(
    names: list[str], metrics: Path, samples: Path, out_csv: Path, reports: Path
) -> None:
    """Write out_csv and reports/{leaderboard.md,{leaderboard,samples,curves}.png}; bytes repeat.

    metrics: holds cards/NAME and history/NAME.csv of each name. samples: holds NAME.npz.
    Raises ValueError, before anything is written, when one of them is missing or damaged.
    """
    if not names:
        raise ValueError("a leaderboard needs at least one variant; got none")
    cards = {name: metrics / "cards" / name for name in names}
    final = {n: MetricCard.load(f / "final.json", f"evaluate {n}") for n, f in cards.items()}
    best = {
        n: MetricCard.load(f / "best.json", f"evaluate {n}")
        for n, f in cards.items()
        if (f / "best.json").exists()
    }
    groups = ranked(final, best)
    histories = {name: read_history(metrics / "history" / f"{name}.csv") for name in sorted(names)}
    panels = [panel(entry, samples) for group in groups for entry in group]
    across = max(1, SHEET // max(picture.width for _, picture in panels))
    write(out_csv, csv_of(groups))
    write(reports / "leaderboard.md", markdown_of(groups))
    write(reports / "leaderboard.png", chart_of(groups))
    write(reports / "curves.png", curves_of(histories))
    save_png(sheet(panels, across), reports / "samples.png")


def panel(entry: Entry, samples: Path) -> tuple[str, Image]:
    """A variant's first samples under its name, its FID and the verdict."""
    images = load_samples(samples / f"{entry.name}.npz").images
    caption = "\n".join(filter(None, (entry.name, f"FID {entry.fid:.4g}", entry.verdict)))
    return caption, grid(first(images, SHOWN), ACROSS)
