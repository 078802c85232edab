"""The critic's cross-entropy. Goodfellow et al. 2014, eq. 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


def cross_entropy(round: Round, score: Tensor, real: bool) -> Tensor:
    """Mean of -t log D - (1 - t) log(1 - D), where D = sigmoid(score) and t is the label."""
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(score, round.label(score, real))
