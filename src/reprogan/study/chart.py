"""The FID of every trial as a point, and each row's mean, on a logarithmic axis."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .summary import Summary

WIDTH, ROW, HEAD = 8.0, 0.28, 1.0
"""Of the picture, in inches: its width, the height of a row, and what title and axis take."""


def chart_of(rows: Sequence[Summary]) -> bytes:
    """A PNG, the same bytes each time."""
    figure = Figure(figsize=(WIDTH, ROW * len(rows) + HEAD), layout="constrained")
    FigureCanvasAgg(figure)
    draw(figure.subplots(), rows)
    content = io.BytesIO()
    # matplotlib writes its version, which changes bytes, unless told not to.
    figure.savefig(content, format="png", dpi=100, metadata={"Software": None})
    return content.getvalue()


def draw(axis: Axes, rows: Sequence[Summary]) -> None:
    """A line of points for each row, the best at the top; failed trials are counted at the right.

    Dashed is the FID of real training images, dotted that of a constant.
    """
    axis.set_xscale("log")
    for place, row in enumerate(rows):
        fids = [outcome.fid for outcome in row.outcomes if outcome.fid is not None]
        axis.plot(fids, [place] * len(fids), "o", color="tab:blue", alpha=0.6)
        if row.fid:
            axis.plot([row.fid.mean], [place], "|", color="black", markersize=14)
        if row.failed:
            axis.annotate(f"{row.failed} failed ", (1, place), xycoords=("axes fraction", "data"),
                          ha="right", va="center", color="tab:red")  # fmt: skip
    axis.set_yticks(range(len(rows)), [row.name for row in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlabel("FID of each seed; |: their mean")
    if card := next((card for row in rows for card in row.ended), None):
        axis.axvline(card.reading["fid_floor"], color="black", linestyle="--", linewidth=1)
        axis.axvline(card.reading["fid_constant"], color="black", linestyle=":", linewidth=1)
        axis.set_xlabel(
            f"FID of each seed ({card.extractor['name']}, {card.n_fake:,} samples,"
            f" {card.n_real:,} real {card.split} images)\n"
            "|: mean over seeds; dashed: other real images; dotted: a constant image"
        )
