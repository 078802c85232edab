"""The `evaluate` stage: figures of one variant's samples, and the protocol they were made by."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ..files import write
from ..metrics.card import Card, load_card, load_network
from ..metrics.features import Features, extract
from ..metrics.figures import coverage, fid, fid_constant, histogram, rounded, scores, warning
from ..metrics.one_thread import one_thread
from ..metrics.real import load_real
from ..metrics.samples import UNCONDITIONAL, Labels, load_samples, refuse_unlike
from ..metrics.settings import Evaluate
from ..metrics.statistics import Statistics


def evaluate(
    settings: Evaluate, samples: Path, normalized: Path | None, reference: Path, out: Path
) -> None:
    """Write the JSON `out`; same input, same bytes, on one machine.

    samples: npz of images (N, C, S, S) uint8 and, if conditional, labels (N,) int64.
    normalized: the real images, to prove that the reference was made of them; None takes its word.
    reference: what the reference stage wrote. Raises ValueError, before anything is written, for
    inputs that are missing, damaged, or do not belong together.
    """
    images, labels = load_samples(samples)
    card = load_card(reference)
    refuse_unlike(samples, images, labels, (card.channels, card.size), len(card.classes))
    real = load_real(reference, card, settings, normalized)
    with one_thread():
        found = extract(load_network(reference, card), images)
        fake = Statistics.of(found, settings, card.sha256)
        row = {
            **figures(fake, real, card, settings.split),
            **agreement(found, labels),
            **protocol(fake, real[settings.split], card, settings),
        }
    if row["warning"]:
        print(f"{samples}: {row['warning']}", file=sys.stderr)
    write(out, json.dumps(row, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def figures(
    fake: Statistics, real: dict[str, Statistics], card: Card, split: str
) -> dict[str, Any]:
    """What the samples are worth, and between which values of FID to read it."""
    name = card.extractor.name
    return {
        f"fid_{name}": fid(fake, real[split]),
        "fid_floor": fid(real["train"], real["test"]),
        "fid_constant": fid_constant(real[split]),
        **scores(fake, name),
        **coverage(fake, real[split]),
    }


def agreement(found: Features, labels: Labels) -> dict[str, Any]:
    """The share of conditional samples taken for the class asked for; nothing without any."""
    asked = labels != UNCONDITIONAL
    if found.logits is None or not asked.any():
        return {}
    hits = found.logits[asked].argmax(axis=1) == labels[asked]
    return {"class_agreement": rounded(float(np.mean(hits)))}


def protocol(fake: Statistics, real: Statistics, card: Card, settings: Evaluate) -> dict[str, Any]:
    """All that must be equal before two figures may be compared, and what to beware of."""
    return {
        "n_real": real.n,
        "n_fake": fake.n,
        "split": settings.split,
        "splits": settings.splits,
        "seed": settings.seed,
        "features": card.features,
        "extractor": card.extractor.name,
        "extractor_sha256": card.sha256,
        "extractor_test_accuracy": card.test_accuracy,
        "real_sha256": real.images_sha256,
        "class_histogram": histogram(fake, card.classes),
        "warning": warning(fake, real),
    }
