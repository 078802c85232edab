"""What the classifier of the data set, made by the `reference` stage, takes images for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import nn

from ..component import ConfigError
from ..metrics.card import CARD, load_card, load_network
from ..metrics.features import extract
from ..sampling import Model

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Labeler:
    """A classifier, and the names of its classes."""

    network: nn.Module
    classes: tuple[str, ...]

    @classmethod
    def find(cls, reference: Path, model: Model) -> Labeler | None:
        """What the reference stage wrote; None where it has not been run, or knows no classes.

        Raises ConfigError where it is of other images than those of `model`.
        """
        if not (reference / CARD).exists():
            return None
        card = load_card(reference)
        if (card.channels, card.size) != (model.shape.channels, model.shape.size):
            raise ConfigError(
                f"{reference} is of images of {card.channels} x {card.size} x {card.size}, and the"
                " model's are others: run the reference stage again, or train the model again"
            )
        if card.test_accuracy is None:
            return None
        return cls(load_network(reference, card), card.classes)

    def log_shares(self, images: npt.NDArray[np.uint8]) -> Floats:
        """(N, K) logarithms of the probability of each class."""
        logits: Floats = np.asarray(extract(self.network, images).logits, np.float64)
        logits = logits - logits.max(axis=1, keepdims=True)
        shares: Floats = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return shares

    def words(self, images: npt.NDArray[np.uint8]) -> list[str]:
        """What each image is taken for, and how surely: "7 (0.98)"."""
        shares = np.exp(self.log_shares(images))
        best = shares.argmax(axis=1)
        return [f"{self.classes[k]} ({shares[i, k]:.2f})" for i, k in enumerate(best)]


def surest(log_shares: Floats, kind: int, count: int) -> list[int]:
    """The `count` images that are most surely of a class, of those that are taken for it, in order.

    The earlier wins a tie. Raises ConfigError where there are not so many.
    """
    taken = np.flatnonzero(log_shares.argmax(axis=1) == kind)
    if len(taken) < count:
        raise ConfigError(
            f"only {len(taken)} of {len(log_shares)} samples are taken for class {kind}, and"
            f" {count} are needed: raise --draws or lower --per-concept"
        )
    order = np.argsort(-log_shares[taken, kind], kind="stable")
    return [int(i) for i in taken[order[:count]]]
