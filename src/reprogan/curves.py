"""The courses of all trainings in one picture: losses and critic gap, a panel for each run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

ACROSS = 3
"""Panels side by side."""

WIDE, HIGH = 4.2, 2.6
"""Of a panel, in inches."""

WINDOW = 9
"""Rows of history under the running median that is drawn; the rows themselves stand behind it."""

SHOWN = {"_gap": "gap", "_adversarial": "loss"}
"""What is drawn of a history, by the end of its column's name."""

QUOTED = 200
"""Characters of what is wrong with a history."""

Table = Mapping[str, Sequence[float | None]]


def read_history(path: Path) -> Table:
    """The columns of what the train stage wrote; None where a field is empty.

    A run of no steps has columns of no rows. Raises ValueError when the file is missing or is no
    such table.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file)
        if head[:2] != ["step", "images"]:
            raise ValueError(f"its columns are {', '.join(head)}")
        return {
            key: [None if row[k] == "" else float(row[k]) for row in rows]
            for k, key in enumerate(head)
        }
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: run `train {path.stem}` first") from None
    except (IndexError, TypeError, ValueError) as error:
        why = str(error)[:QUOTED]
        raise ValueError(f"{path} is no history ({why}): run `train {path.stem}` again") from None


def curves_of(histories: Mapping[str, Table]) -> bytes:
    """A PNG with a panel for each run, in their order; the same bytes each time."""
    down = -(-len(histories) // ACROSS)
    figure = Figure(figsize=(WIDE * ACROSS, HIGH * down), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(down, ACROSS, squeeze=False).ravel()
    for axis, (name, table) in zip(axes, histories.items(), strict=False):
        draw(axis, name, table)
    for axis in axes[len(histories) :]:
        axis.set_axis_off()
    content = io.BytesIO()
    # matplotlib writes its version, which changes bytes, unless told not to.
    figure.savefig(content, format="png", dpi=80, metadata={"Software": None})
    return content.getvalue()


def draw(axis: Axes, name: str, table: Table) -> None:
    """One run: each shown column against the real images so far."""
    for column, values in table.items():
        end = next((end for end in SHOWN if column.endswith(end)), None)
        if end is None:
            continue
        pairs = zip(table["images"], values, strict=True)
        points = [(x, y) for x, y in pairs if x is not None and y is not None]
        if not points:
            continue
        images, heights = [x for x, _ in points], [y for _, y in points]
        (line,) = axis.plot(images, heights, linewidth=0.5, alpha=0.35)
        label = f"{column.removesuffix(end)} {SHOWN[end]}"
        axis.plot(images, smooth(heights), linewidth=1.3, color=line.get_color(), label=label)
    axis.set_title(name, loc="left")
    axis.set_xlabel("real images shown")
    axis.axhline(0, color="black", linewidth=0.5)
    if axis.lines[1:]:
        axis.legend(fontsize=7)


def smooth(values: Sequence[float]) -> list[float]:
    """Running median over WINDOW values, fewer at the ends. Arjovsky et al. 2017, figure 3."""
    half = WINDOW // 2
    windows = (sorted(values[max(0, k - half) : k + half + 1]) for k in range(len(values)))
    return [window[len(window) // 2] for window in windows]
