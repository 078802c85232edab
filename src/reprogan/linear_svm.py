"""How well a linear classifier does on given features: a regularized linear L2-SVM.

It minimizes |w|^2 / 2 + C sum max(0, 1 - y w x)^2 for each class against the rest. Each feature is
first brought to mean 0 and variance 1 / dimensions over the training images, so that C means the
same for few features and for many, and for large ones and for small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.svm import LinearSVC

from .component import ConfigError

Labels = npt.NDArray[np.int64]

CANDIDATES = (0.1, 1.0, 10.0)
"""Values of C to choose from."""

PART = 5
"""One image in so many is held out while C is chosen."""

FITS = len(CANDIDATES) + 1
"""Classifiers that are fitted for one judgement."""


@dataclass(frozen=True, eq=False)
class Examples:
    """x: (N, D) features. y: (N,) int64 classes."""

    x: npt.NDArray[np.floating]
    y: Labels

    def __getitem__(self, rows: slice) -> Examples:
        """Some of them."""
        return Examples(self.x[rows], self.y[rows])


def judge(train: Examples, test: Examples, fitted: Callable[[], object]) -> tuple[int, float]:
    """Errors on `test` of a classifier of `train`, and the C that was chosen for it.

    C is the one with the fewest errors on the last fifth of `train`, the smallest of equals; with
    it, all of `train` is learned. fitted: called after each fit.
    Raises ConfigError for training images of fewer than two classes.
    """
    train, test = standardized(train, train), standardized(test, train)
    held = slice(len(train.y) - len(train.y) // PART, None)
    kept = slice(0, held.start)
    if len(set(train.y[kept].tolist())) < 2:
        raise ConfigError(
            f"represent.images: a classifier needs images of 2 classes; the {held.start} to learn"
            " from show fewer"
        )

    def errors(c: float, learned: slice, examples: Examples) -> int:
        count = errors_of(c, train[learned], examples)
        fitted()
        return count

    best = min(CANDIDATES, key=lambda c: errors(c, kept, train[held]))
    return errors(best, slice(None), test), best


def errors_of(c: float, train: Examples, test: Examples) -> int:
    """Errors on `test`; by Newton's method in the primal, which draws no random numbers."""
    machine = LinearSVC(C=c, loss="squared_hinge", penalty="l2", dual=False)
    return int((machine.fit(train.x, train.y).predict(test.x) != test.y).sum())


def standardized(examples: Examples, like: Examples) -> Examples:
    """In float64, by mean and deviation of `like`; what is constant there becomes 0."""
    mean, deviation = like.x.mean(0, dtype=np.float64), like.x.std(0, dtype=np.float64)
    flat = deviation <= np.abs(mean) * np.finfo(np.float32).eps
    scale = np.where(flat, 0.0, 1.0) / np.where(flat, 1.0, deviation * np.sqrt(len(mean)))
    return Examples((examples.x - mean) * scale, examples.y)
