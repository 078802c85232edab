"""Gradient penalty. Gulrajani et al. 2017, eq. 3 and algorithm 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class GradientPenalty(Trick):
    """weight * mean (|grad D| - 1)^2, at uniform points on segments from real to fake images."""

    name: Literal["gradient_penalty"] = "gradient_penalty"
    weight: NonNegative = 10.0

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse batch norm: it lets a score depend on other images (section 4 of the paper)."""
        refuse_batch_norm(self.name, variant)

    def apply(self, game: Game) -> None:
        """One more term of every critic."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.critic.terms["gradient_penalty"] = Weighted(penalty, self.weight)


def refuse_batch_norm(name: str, variant: Variant) -> None:
    """Raise ValueError where a critic's batch norm would mix the gradients of several images."""
    if variant.networks.mixes:
        raise ValueError(
            f"tricks: {name} is of each image's own score, and batch norm mixes them;"
            " take networks.critic_norm layer or none (-S +networks.critic_norm=layer)"
        )


def penalty(round: Round) -> Tensor:
    """Mean of (|grad| - 1)^2: two-sided, one epsilon ~ U[0, 1] an image."""
    import torch

    real, fake = round.batch.x, round.fake
    epsilon = torch.rand(len(real), 1, 1, 1, device=real.device)
    return (gradient_norm(round, torch.lerp(fake, real, epsilon)) - 1).square().mean()


def gradient_norm(round: Round, x: Tensor) -> Tensor:
    """(N,) Euclidean norm of d score / d x at (N, C, H, W) points, differentiable in the critic."""
    import torch

    if not x.requires_grad:
        x = x.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(round.judge(x).score.sum(), x, create_graph=True)
    norm: Tensor = gradient.flatten(1).norm(dim=1)
    return norm
