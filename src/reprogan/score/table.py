"""Cards for people: a row for each figure, a column for each set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..metrics.metric_card import MetricCard, Stated

NONE = "-"
REAL = ("floor", "real")
"""What the names of those readings end in that are the figures of real images."""


def table(cards: Sequence[MetricCard]) -> str:
    """Figures with their error beside those of real images, and what to beware of."""
    first = cards[0]
    figures = [figure for card in cards for figure in card.figures.values()]
    stems = list(dict.fromkeys(figure.stem for figure in figures))
    rows = [
        ["", *(card.name for card in cards), "real images"],
        ["images", *map(number_of, cards), f"{first.n_real:,}"],
        *([stem, *(shown(card.find(stem)) for card in cards), real(stem, first)] for stem in stems),
    ]
    network = f"{first.extractor['name']} {first.extractor_sha256[:12]}"
    accuracy = first.extractor_test_accuracy
    right = "" if accuracy is None else f", right about {accuracy:.2%} of test images"
    warnings = dict.fromkeys(warning for card in cards for warning in card.warnings)
    return "\n".join(
        [
            *lined(rows),
            "",
            f"real images: {first.split}; seen by {network}, {first.features} features{right}",
            *errors(figures),
            *(f"note: {warning}" for warning in warnings),
        ]
    )


def number_of(card: MetricCard) -> str:
    """How many images, and draws of so many unless it is one."""
    return f"{card.n_fake:,}" + (f" x {card.draws}" if card.draws > 1 else "")


def shown(figure: Stated | None) -> str:
    """`12.3 ± 0.4`."""
    if figure is None or figure.value is None:
        return NONE
    return f"{figure.value:g}" + ("" if figure.std is None else f" ± {figure.std:.2g}")


def real(stem: str, card: MetricCard) -> str:
    """The same figure of real images, as far as it is known."""
    values = [card.reading[f"{stem}_{end}"] for end in REAL if f"{stem}_{end}" in card.reading]
    values += [card.reading["classes"]] if stem == "classes_hit" else []
    return f"{values[0]:g}" if values else ""


def errors(figures: Iterable[Stated]) -> list[str]:
    """How the errors were found: a line for each way."""
    ways: dict[str, dict[str, None]] = {}
    for figure in figures:
        if figure.std is not None:
            ways.setdefault(figure.std_of, {})[figure.stem] = None
    return [f"±: {how} ({', '.join(stems)})" for how, stems in ways.items()]


def lined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns side by side, as wide as they need to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
