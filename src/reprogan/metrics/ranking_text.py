"""The ranking as CSV for programs and as Markdown for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from .ranking import FEW, Entry

FIRST = ("group", "rank", "variant")


def csv_of(groups: Sequence[Sequence[Entry]]) -> str:
    """One row a variant, every scalar figure and field of its protocol a column; absent ones empty.

    Rows of unlike `group` were made by unlike protocols: their ranks do not compare.
    """
    rows = [flat(i, entry) for i, group in enumerate(groups, start=1) for entry in group]
    columns = dict.fromkeys((*FIRST, *(key for row in rows for key in row)))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def flat(group: int, entry: Entry) -> dict[str, Any]:
    """The columns of one variant; the histogram, a table of its own, is left out."""
    scalars = {k: v for k, v in entry.figures.items() if not isinstance(v, dict) and k != "warning"}
    return {
        "group": group,
        "rank": entry.rank,
        "variant": entry.name,
        **scalars,
        "note": entry.note,
    }


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
    with_classes = "classes_hit" in group[0].figures
    between = ["IS", "classes", "class KL"] if with_classes else []
    head = ["rank", "variant", "FID", *between, "note"]
    lines = [head, ["---:", ":---", *["---:"] * (len(head) - 3), ":---"]]
    for entry in group:
        cells = class_cells(entry.figures) if with_classes else []
        lines.append([str(entry.rank), f"`{entry.name}`", f"{entry.fid:.4g}", *cells, entry.note])
    table = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([heading(group[0].figures), "", *table, ""])


def heading(some: Mapping[str, Any]) -> str:
    """The protocol, and the values between which to read the FID."""
    accuracy = some["extractor_test_accuracy"]
    known = "" if accuracy is None else f" (test accuracy {accuracy:.2%})"
    splits = f" IS over {some['splits']} splits." if "classes_hit" in some else ""
    return (
        f"FID of {some['n_fake']:,} samples from the {some['n_real']:,} real images of"
        f" `{some['split']}`, in the {some['features']} features of `{some['extractor']}`"
        f" {some['extractor_sha256'][:12]}{known}. Real training images have"
        f" {some['fid_floor']:.4g} from real test images; a constant image has"
        f" {some['fid_constant']:.4g} or more.{splits}"
    )


def class_cells(figures: Mapping[str, Any]) -> list[str]:
    """Inception Score and its spread, classes hit, divergence of the class shares."""
    score = figures[f"inception_score_{figures['extractor']}"]
    kl = figures["class_kl"]
    return [
        f"{score:.3g} ± {figures['inception_score_std']:.2g}",
        f"{figures['classes_hit']} of {figures['classes']}",
        "∞" if kl is None else f"{kl:.3g}",
    ]
