"""Sets of images against a reference: a metric card each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..metrics.features import extract
from ..metrics.metric_card import MetricCard
from ..metrics.one_thread import one_thread
from ..metrics.samples import UNCONDITIONAL
from ..metrics.seen import Seen
from ..stages.evaluate import Judge
from .looking import Machine
from .pile import Pile
from .reading import read
from .references import Options, judge_of


def score(
    candidates: Sequence[Path], reference: str, count: int | None, options: Options,
    machine: Machine,
) -> list[MetricCard]:  # fmt: skip
    """The cards, in the order of the candidates.

    count: images of each, drawn by options.seed; None: all. Raises ValueError, before a network
    sees an image where that can be known, for sets that cannot be read or compared.
    """
    piles = [read(path, options.fitting).drawn(count, options.seed) for path in candidates]
    with one_thread():
        at, notes = judge_of(reference, piles, options, machine)
        named = options.metrics is not None
        return [judged(pile, at, notes, machine, named) for pile in piles]


def judged(
    pile: Pile, at: Judge, real: tuple[str, ...], machine: Machine, named: bool
) -> MetricCard:
    """The card of one set, with notes on how its images were read, and how real ones were.

    named: metrics were asked for by name, so it is said of each why it has no figure. Raises
    ValueError where none of them has one.
    """
    samples = pile.samples(at.card.classes)
    found = extract(
        at.network, samples.images, machine.device, machine.jobs, f"{pile.where} features"
    )
    seen = Seen(found.features, found.logits, samples.labels, samples.images)
    card = at.card_of(pile.where, "given", samples, seen)
    absent = absent_of(seen, at) if named or not card.figures else []
    if not card.figures:
        raise ValueError(f"{pile.where}: no figure is left: {'; '.join(absent)}")
    notes = dict.fromkeys((*card.warnings, *absent, *pile.notes, *real, *said_of(pile, at)))
    return card.model_copy(update={"warnings": tuple(notes)})


def absent_of(seen: Seen, at: Judge) -> list[str]:
    """Which metrics do not apply, and why."""
    why = {m.name: m.missing(seen, at.real, at.card.extractor.name) for m in at.settings.metrics}
    return [f"{name} does not apply: {fault}" for name, fault in why.items() if fault]


def said_of(pile: Pile, at: Judge) -> list[str]:
    """What the choice of reference and extractor means for these figures."""
    extractor, notes = at.card.extractor.name, []
    if extractor == "random_features":
        notes.append(
            "random_features is a network that was not trained: compare figures only where the"
            " reference is the same; published FIDs are of --extractor inception"
        )
    if extractor == "classifier" and len(at.real.splits) == 1:
        notes.append(
            "the classifier has learned from the very images that it compares with; with train/ and"
            " test/ in the reference, images are compared with those that it has not seen"
        )
    if not at.card.classes and pile.labels.max(initial=UNCONDITIONAL) != UNCONDITIONAL:
        notes.append(f"the classes of {pile.where} are not used: the reference has none")
    return notes
