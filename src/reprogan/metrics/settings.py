"""The `evaluate` section of params.yaml."""

from __future__ import annotations

from typing import Literal

from ..component import Component, Count, Index
from .extractors import AnyExtractor


class Evaluate(Component):
    """In which space, and against which real images, samples are judged.

    extractor: the network whose features and logits all figures are computed from.
    split: the real images compared with; the extractor has seen those of train.
    splits: parts of the Inception Score. seed: of the shuffle before those parts are cut.
    """

    extractor: AnyExtractor
    split: Literal["train", "test"] = "test"
    splits: Count = 10
    seed: Index = 0
