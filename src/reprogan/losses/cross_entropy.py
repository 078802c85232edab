"""The critic's cross-entropy. Goodfellow et al. 2014, eq. 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round
    from ..variant import Variant


def cross_entropy(round: Round, score: Tensor, real: bool) -> Tensor:
    """Mean of -t log D - (1 - t) log(1 - D), where D = sigmoid(score) and t is the label."""
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(score, round.label(score, real))


def refuse_errors(name: str, variant: Variant) -> None:
    """Raise ValueError for an auto-encoder, whose score is at most 0: D could not exceed 1 / 2."""
    if variant.networks.name == "autoencoder":
        raise ValueError(
            f"objective: {name} takes scores for logits, and those of networks autoencoder are"
            " errors; take energy_margin, or wasserstein with the trick equilibrium"
        )
