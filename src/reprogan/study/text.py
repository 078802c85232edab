"""The summary of a study as CSV for programs and as Markdown for people."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from typing import Any

from ..metrics.judging import rounded
from ..metrics.ranking import FEW
from ..metrics.ranking_text import NONE, heading
from ..metrics.ranking_text import SHOWN as HEADS
from .summary import Spread, Summary

SHOWN = {
    stem: HEADS[stem]
    for stem in (
        "inception_score", "kid_unit_rms", "kid", "precision", "recall", "coverage", "authenticity",
        "class_agreement",
    )
}  # fmt: skip
"""Stems that the table shows where a row has them, and their column's head."""

STEMS = ("fid", *SHOWN, "density", "intra_class_fid")
"""Stems whose mean and deviation the CSV has."""


def csv_of(rows: Sequence[Summary]) -> str:
    """One row a variant; a column is empty where there is no figure, and `inf` where it is."""
    table = [flat(row) for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


def flat(row: Summary) -> dict[str, Any]:
    """The columns of one variant."""
    return {
        "variant": row.name,
        "seeds": len(row.outcomes),
        "failed": row.failed,
        **{key: value for stem in STEMS for key, value in spread_columns(stem, row.spread(stem))},
        "classes_hit_min": row.classes_hit,
        "classes": row.ended[0].reading.get("classes") if row.ended else None,
        "class_kl_mean": None if row.class_kl is None else rounded_or_inf(row.class_kl),
        "fid_by_seed": " ".join(f"{o.seed}:{'' if o.fid is None else o.fid}" for o in row.outcomes),
        "note": row.note,
    }


def rounded_or_inf(value: float) -> float:
    """A divergence may be infinite."""
    return value if math.isinf(value) else rounded(value)


def spread_columns(name: str, spread: Spread | None) -> list[tuple[str, float | None]]:
    """Mean and sample standard deviation."""
    values = (None, None) if spread is None else (spread.mean, spread.deviation)
    mean, deviation = (None if value is None else rounded(value) for value in values)
    return [(f"{name}_mean", mean), (f"{name}_sd", deviation)]


def markdown_of(title: str, rows: Sequence[Summary]) -> str:
    """A heading with the protocol, a table, and how to read it."""
    seeds = ", ".join(str(outcome.seed) for outcome in rows[0].outcomes)
    some = next((card for row in rows for card in row.ended), None)
    shown = [stem for stem in SHOWN if any(row.spread(stem) for row in rows)]
    heads = [SHOWN[stem] for stem in shown]
    head = ["variant", "FID", f"FID of seeds {seeds}", *heads, "classes", "class KL", "note"]
    lines = [
        head,
        [":---", *["---:"] * (len(head) - 2), ":---"],
        *(cells(row, shown) for row in rows),
    ]
    return "\n".join([
        f"# {title}\n",
        f"{heading(some) if some else 'No trial has ended.'} Seeds {seeds}; the final checkpoint"
        " of each training.\n",
        *(f"| {' | '.join(line)} |" for line in lines),
        "",
        "Mean ± sample standard deviation over the trials that ended, sorted by mean FID; classes:"
        " the least that any of them hits; class KL: the mean. A trial that failed has no figures,"
        f" and the note counts it. `collapsed`: less than {FEW:.0%} of the classes are hit. `no"
        " better than a constant`: the FID is that of a generator whose every image has the real"
        " mean features, or worse.\n",
    ])  # fmt: skip


def cells(row: Summary, stems: Sequence[str]) -> list[str]:
    """One variant's line."""
    classes = row.ended[0].reading.get("classes") if row.ended else None
    return [
        f"`{row.name}`",
        told(row.fid, 4),
        ", ".join(NONE if o.fid is None else f"{o.fid:.4g}" for o in row.outcomes),
        *(told(row.spread(stem), 3) for stem in stems),
        NONE if row.classes_hit is None else f"{row.classes_hit:g} of {classes:g}",
        NONE
        if row.class_kl is None
        else "∞"
        if math.isinf(row.class_kl)
        else f"{row.class_kl:.3g}",
        row.note,
    ]


def told(spread: Spread | None, digits: int) -> str:
    """Mean and deviation, the mean to so many significant digits."""
    if spread is None:
        return NONE
    deviation = "" if spread.deviation is None else f" ± {spread.deviation:.2g}"
    return f"{spread.mean:.{digits}g}{deviation}"
