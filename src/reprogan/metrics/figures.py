"""Statistics in, figures out: plain values for JSON, rounded far below what they vary by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .class_histogram import class_kl, classes_hit
from .frechet import frechet_distance
from .statistics import Statistics

DIGITS = 6
"""Significant digits: far below the spread between samples, far above rounding."""


def fid(a: Statistics, b: Statistics) -> float:
    """Frechet distance of two sets of images in one extractor's space."""
    return rounded(frechet_distance(a.mean, a.covariance, b.mean, b.covariance))


def fid_constant(real: Statistics) -> float:
    """FID of a generator whose every image has the real mean features: the real total variance.

    A generator that is not below it has learned less than one average image knows.
    """
    return rounded(float(np.trace(real.covariance)))


def scores(of: Statistics, extractor: str) -> dict[str, Any]:
    """Inception Score and its spread over the splits; nothing without classes."""
    if not len(of.score):
        return {}
    mean, std = map(float, of.score)
    return {f"inception_score_{extractor}": rounded(mean), "inception_score_std": rounded(std)}


def coverage(fake: Statistics, real: Statistics) -> dict[str, Any]:
    """Classes hit, of how many, and class_kl in nats, null if infinite; nothing without classes."""
    if not len(real.counts):
        return {}
    kl = class_kl(fake.counts, real.counts)
    return {
        "classes_hit": classes_hit(fake.counts, real.counts),
        "classes": int((real.counts > 0).sum()),
        "class_kl": None if kl is None else rounded(kl),
    }


def histogram(of: Statistics, classes: Sequence[str]) -> dict[str, int]:
    """How many images are taken for each class; nothing where the extractor knows none."""
    return dict(zip(classes, map(int, of.counts), strict=True)) if len(of.counts) else {}


def warning(fake: Statistics, real: Statistics) -> str:
    """What makes figures worth little; empty if nothing does.

    Fewer images than features: the covariance has no full rank. Splits of fewer images than
    classes: the Inception Score cannot reach the number of classes.
    """
    dims, classes = len(real.mean), len(fake.counts)
    sizes = ((fake.n, "samples"), (real.n, "real images"))
    few = " and ".join(f"{n} {what}" for n, what in sizes if n <= dims)
    parts = [f"{few} are too few for {dims} features: the FID is biased upwards"] if few else []
    if fake.n // fake.splits < classes:
        part = f"{fake.splits} splits of {fake.n} samples are too small for {classes} classes"
        parts.append(f"{part}: the Inception Score is biased downwards")
    return "; ".join(parts)


def rounded(value: float) -> float:
    """The value to DIGITS significant digits."""
    return float(f"{value:.{DIGITS}g}")
