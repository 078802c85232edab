"""The ranking as CSV for programs and as Markdown for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from .metric_card import MetricCard, Stated
from .ranking import FEW, PROTOCOL, Entry

NONE = "–"
"""Stands where there is no figure."""

SHOWN = {
    "inception_score": "IS",
    "kid_unit_rms": "KID",
    "kid": "KID",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "authenticity": "authentic",
    "classes_hit": "classes",
    "class_kl": "class KL",
    "class_agreement": "as asked",
    "intra_class_fid": "intra FID",
    "modes_covered": "modes",
    "high_quality_share": "high quality",
}
"""Stems that the table shows where a variant has them, and their column's head."""


def csv_of(groups: Sequence[Sequence[Entry]]) -> str:
    """One row a variant; every figure, its deviation and field of its protocol is a column.

    Absent ones are empty. Rows of unlike `group` were made by unlike protocols: they do not
    compare, and no column holds figures of two: names carry extractor, number and split.
    """
    rows = [flat(i, entry) for i, group in enumerate(groups, start=1) for entry in group]
    columns = dict.fromkeys(key for row in rows for key in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def flat(group: int, entry: Entry) -> dict[str, Any]:
    """The columns of one variant."""
    card = entry.card
    best = {} if entry.best is None else {
        f"best_{entry.best.figure_name('fid')}": entry.best.fid,
        "best_images": entry.best.made.images,
    }  # fmt: skip
    said = card.model_dump(mode="json")
    protocol = {key: plain(said[key]) for key in PROTOCOL}
    return {
        "group": group,
        "rank": entry.rank,
        "variant": entry.name,
        **card.flat,
        **best,
        **card.reading,
        **protocol,
        "extractor_test_accuracy": card.extractor_test_accuracy,
        "note": entry.note,
    }


def plain(value: Any) -> Any:  # noqa: ANN401  a scalar or a mapping
    """A scalar as it is, a mapping as JSON."""
    return json.dumps(value) if isinstance(value, dict) else value


def markdown_of(groups: Sequence[Sequence[Entry]]) -> str:
    """A heading and a table for each protocol, and how to read them."""
    parts = ["# Leaderboard\n"]
    if len(groups) > 1:
        parts.append(
            f"These variants were judged by {len(groups)} different protocols. Figures of different"
            " tables do not compare.\n"
        )
    parts += [section(group) for group in groups]
    parts.append(
        f"`collapsed`: less than {FEW:.0%} of the classes are hit. `no better than a constant`: the"
        " FID is that of a generator whose every image has the real mean features, or worse.\n"
    )
    return "\n".join(parts)


def section(group: Sequence[Entry]) -> str:
    """One protocol in words, then its table."""
    stems = [stem for stem in SHOWN if any(entry.card.find(stem) for entry in group)]
    best = ["best FID"] if any(entry.best for entry in group) else []
    head = ["rank", "variant", "FID", *best, *(SHOWN[stem] for stem in stems), "note"]
    lines = [head, ["---:", ":---", *["---:"] * (len(head) - 3), ":---"]]
    for entry in group:
        chosen = [best_cell(entry)] if best else []
        cells = [cell(entry.card, stem) for stem in stems]
        fid = cell(entry.card, "fid")
        lines.append([str(entry.rank), f"`{entry.name}`", fid, *chosen, *cells, entry.note])
    table = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([heading(group[0].card), "", *table, ""])


def heading(card: MetricCard) -> str:
    """The protocol, and the values between which to read the FID."""
    accuracy = card.extractor_test_accuracy
    known = "" if accuracy is None else f" (test accuracy {accuracy:.2%})"
    drawn = f"{card.n_fake:,} samples"
    drawn = drawn if card.draws == 1 else f"{card.draws} draws of {drawn}, mean ± deviation,"
    return (
        f"FID of {drawn} from the {card.n_real:,} real images of"
        f" `{card.split}`, in the {card.features} features of `{card.extractor['name']}`"
        f" {card.extractor_sha256[:12]}{known}. Other real images have"
        f" {card.reading['fid_floor']:.4g} from them; a constant image has"
        f" {card.reading['fid_constant']:.4g} or more."
    )


def best_cell(entry: Entry) -> str:
    """The FID of the checkpoint that was selected, and when it was."""
    if entry.best is None:
        return NONE
    return f"{told(entry.best.find('fid'))} at {entry.best.made.images or 0:,}"


def cell(card: MetricCard, stem: str) -> str:
    """A figure with its deviation; classes with how many there are."""
    figure = card.find(stem)
    if figure is None:
        return NONE
    return told(figure) + (f" of {card.reading['classes']:g}" if stem == "classes_hit" else "")


def told(figure: Stated | None) -> str:
    """Value and deviation; infinity as such."""
    if figure is None:
        return NONE
    if figure.value is None:
        return "∞"
    deviation = f" ± {figure.std:.2g}" if figure.std else ""
    return f"{figure.value:.4g}{deviation}"
