"""The `judge` stage of a study: a card for every trial, all by one extractor loaded once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ..files import replacing_folder, write
from ..metrics.one_thread import one_thread
from ..metrics.samples import load_samples, refuse_unlike
from ..metrics.settings import Evaluate
from ..progress import progress
from .evaluate import Judge


def judge_all(
    names: Sequence[str], settings: Evaluate, samples: Path, normalized: Path, reference: Path,
    cards: Path, device: str = "cpu",
) -> None:  # fmt: skip
    """Write cards/NAME.json for samples/NAME.npz of each trial; {"failed": why} where it diverged.

    It is a stage of its own so that a new metric trains nothing again. Raises ValueError, before
    anything is written, for samples that are missing, damaged, or not like the real images.
    """
    with (
        one_thread(),
        replacing_folder(cards) as folder,
        progress("judge", len(names), "trials") as bar,
    ):
        at = Judge.of(settings, reference, normalized, device)
        for name in names:
            path = samples / f"{name}.npz"
            given = load_samples(path)
            if given.failed:
                write(
                    folder / f"{name}.json", json.dumps({"failed": given.failed}, indent=2) + "\n"
                )
            else:
                shape = at.card.channels, at.card.size
                refuse_unlike(path, given.images, given.labels, shape, len(at.card.classes))
                seen = at.see(given.images, given.labels)
                at.card_of(name, "final", given, seen).save(folder / f"{name}.json")
            bar.advance(1)
