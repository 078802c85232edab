"""Gradient penalty. Gulrajani et al. 2017, eq. 3 and algorithm 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .penalty import Penalty, gradient_norm

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class GradientPenalty(Penalty):
    """weight * mean (|grad D| - 1)^2, at uniform points on segments from real to fake images."""

    name: Literal["gradient_penalty"] = "gradient_penalty"
    weight: NonNegative = 10.0

    @property
    def strength(self) -> float:
        """The paper's lambda."""
        return self.weight

    def term(self, round: Round) -> Tensor:
        """Two-sided, between each real image and a fake one."""
        return penalty(round)


def penalty(round: Round) -> Tensor:
    """Mean of (|grad| - 1)^2: two-sided, one epsilon ~ U[0, 1] an image."""
    import torch

    real, fake = round.batch.x, round.fake
    epsilon = torch.rand(len(real), 1, 1, 1, device=real.device)
    return (gradient_norm(round, torch.lerp(fake, real, epsilon)) - 1).square().mean()
