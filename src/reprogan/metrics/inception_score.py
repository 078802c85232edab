"""The Inception Score: how sure a classifier is of each image, and how varied it finds them all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .moments import Floats

SUM_TO_ONE = 1e-5
"""How near to 1 rows of probabilities sum in float32."""


def inception_score(
    logits: npt.NDArray[np.floating], splits: int, seed: int
) -> tuple[float, float]:
    """Mean and standard deviation (divisor: splits) over equal parts of exp(E KL(p(y|x) | p(y))).

    logits: (N, K) before any softmax, in any float type. The images are shuffled by `seed` before
    they are cut, because a part that is all of one class scores 1. In [1, K]. It sees neither
    memorization nor collapse within a class: never a figure to read alone.
    Raises ValueError for fewer images than splits, values that are not finite, or probabilities.
    Salimans et al. 2016, section 4.
    """
    refuse(logits, splits)
    order = np.random.default_rng(seed).permutation(len(logits))
    log_p = log_softmax(logits.astype(np.float64)[order])
    scores = [part_score(part) for part in parts(log_p, splits)]
    return float(np.mean(scores)), float(np.std(scores))


def parts(rows: Floats, splits: int) -> list[Floats]:
    """`splits` runs of rows whose lengths differ by one at most."""
    cuts = [i * len(rows) // splits for i in range(splits + 1)]
    return [rows[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]


def part_score(log_p: Floats) -> float:
    """Exp of the mean over images of KL(p(y|x) | mean p(y|x))."""
    p = np.exp(log_p)
    # A class whose probability underflows in every image adds 0, not 0 * -inf.
    log_marginal = np.log(np.maximum(p.mean(axis=0), np.finfo(np.float64).tiny))
    return float(np.exp((p * (log_p - log_marginal)).sum(axis=1).mean()))


def log_softmax(logits: Floats) -> Floats:
    """(N, K) log-probabilities, safe for any finite logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    normalized: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return normalized


def refuse(logits: npt.NDArray[np.floating], splits: int) -> None:
    """Logits must be (N, K), finite, at least one for each part, and not already probabilities."""
    if logits.ndim != 2 or not 1 <= splits <= len(logits):
        raise ValueError(
            f"an Inception Score over {splits} splits needs at least one split and as many images;"
            f" got logits of shape {logits.shape}"
        )
    if not np.isfinite(logits).all():
        raise ValueError("logits must be finite numbers; got NaN or infinity")
    if (logits >= 0).all() and (np.abs(logits.sum(axis=1) - 1) < SUM_TO_ONE).all():
        raise ValueError("these rows are probabilities (none negative, sum 1): give the logits")
