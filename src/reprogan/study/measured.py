"""Two studies side by side, as docs/variants.md shows them, made of their summaries.

python -m reprogan.study.measured docs/variants.md studies/digits studies/mnist
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from ..files import write
from ..metrics.ranking_text import NONE
from .summary import Spread
from .text import told

Row = dict[str, str]
"""A line of a study's reports/summary.csv."""

SHOWN = {
    "IS": "inception_score", "KID": "kid_unit_rms", "recall": "recall", "coverage": "coverage",
    "as asked": "class_agreement",
}  # fmt: skip
"""Heads of what is shown of the second study alone, and the stems."""

TABLE = re.compile(r"(\n## Measured\n.*?\n\n)(?:\|[^\n]*\n)+", re.DOTALL)


def summaries(study: Path) -> dict[str, Row]:
    """By variant, in the study's own order, which is that of the FID."""
    with (study / "reports/summary.csv").open(newline="", encoding="utf-8") as file:
        return {row["variant"]: row for row in csv.DictReader(file)}


def lines(one: Path, two: Path) -> Iterator[list[str]]:
    """FID and classes of both, the other figures of the second, whose order it is."""
    first, second = summaries(one), summaries(two)
    if lacking := second.keys() - first.keys():
        raise ValueError(f"{one} has not run {', '.join(sorted(lacking))}, which {two} has")
    heads = [f"{study.name}: {figure}" for study in (one, two) for figure in ("FID", "classes")]
    yield ["row", *heads, *SHOWN]
    yield [":---", *["---:"] * (len(heads) + len(SHOWN))]
    for name, row in second.items():
        both = [cell for of in (first[name], row) for cell in (figure(of, "fid"), classes(of))]
        yield [f"`{name}`", *both, *(figure(row, stem) for stem in SHOWN.values())]


def figure(row: Row, stem: str) -> str:
    """Mean and deviation."""
    mean, deviation = row[f"{stem}_mean"], row[f"{stem}_sd"]
    spread = Spread(float(mean), float(deviation) if deviation else None) if mean else None
    return told(spread, 3)


def classes(row: Row) -> str:
    """The least that any seed hits."""
    least = row["classes_hit_min"]
    return f"{float(least):g} of {float(row['classes']):g}" if least else NONE


def put(page: str, one: Path, two: Path) -> str:
    """The page with its table made anew. Raises ValueError where it has none."""
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines(one, two))
    text, found = TABLE.subn(lambda match: match[1] + table, page)
    if found != 1:
        raise ValueError("the page has no table under '## Measured'")
    return text


def main(page: Path, one: Path, two: Path) -> None:
    """Make the table of PAGE anew of the studies ONE and TWO."""
    write(page, put(page.read_text("utf-8"), one, two))


if __name__ == "__main__":
    import typer

    typer.run(main)
