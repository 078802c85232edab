"""FID as bars that start at zero."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .ranking import Entry

WIDTH, BAR, HEAD = 8.0, 0.28, 0.9
"""Of the picture, in inches: its width, the height of a bar, and what title and axis take."""

ROOM = 1.15
"""The axis ends at this multiple of the longest bar, or of a constant's FID if that is less."""


def chart_of(groups: Sequence[Sequence[Entry]]) -> bytes:
    """A PNG with an axis for each group of one protocol; the same bytes each time."""
    heights = [BAR * len(group) + HEAD for group in groups]
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(groups), 1, squeeze=False, height_ratios=heights)
    for axis, group in zip(axes[:, 0], groups, strict=True):
        draw(axis, group)
    content = io.BytesIO()
    # matplotlib writes its version, which changes bytes, unless told not to.
    figure.savefig(content, format="png", dpi=100, metadata={"Software": None})
    return content.getvalue()


def draw(axis: Axes, group: Sequence[Entry]) -> None:
    """Bars of one group, the best at the top, between the floor and the FID of a constant.

    A bar that would leave the picture is cut off there; its number is written beside it.
    """
    card, places = group[0].card, range(len(group))
    fids = [entry.fid for entry in group]
    end = ROOM * min(max(fids), card.reading["fid_constant"])
    axis.barh(places, [min(fid, end) for fid in fids], color="tab:blue")
    for place, fid in zip(places, fids, strict=True):
        axis.text(min(fid, end), place, f" {fid:.4g}", va="center")
    axis.axvline(card.reading["fid_floor"], color="black", linestyle="--", linewidth=1)
    axis.set_yticks(places, [entry.name for entry in group])
    axis.invert_yaxis()
    axis.set_xlim(0, end)
    axis.set_xlabel(
        f"FID ({card.extractor['name']}, {card.n_fake:,} samples, {card.n_real:,} real"
        f" {card.split} images); dashed: other real images"
    )
