"""Penalties on the gradient of the critic's score: Gulrajani et al. 2017, Mescheder et al. 2018."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class Penalty(Trick):
    """One more term of every critic, of how its score of an image changes with that image.

    every: acts in each `every`-th turn of the critic, `every`-fold (lazy regularization, Karras et
    al. 2020, appendix B).
    """

    every: Count = 1

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse batch norm: it lets a score depend on other images (Gulrajani, section 4)."""
        if variant.networks.mixes:
            raise ValueError(
                f"tricks: {self.name} is of each image's own score, and batch norm mixes them;"
                " take networks.critic_norm layer or none (-S +networks.critic_norm=layer)"
            )

    def apply(self, game: Game) -> None:
        """The term, under the trick's name."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.critic.terms[self.name] = Weighted(self.term, self.strength, self.every)

    @property
    @abstractmethod
    def strength(self) -> float:
        """The weight of the term."""

    @abstractmethod
    def term(self, round: Round) -> Tensor:
        """A scalar, differentiable in the critic."""


def gradient_norm(round: Round, x: Tensor) -> Tensor:
    """(N,) Euclidean norm of d score / d x at (N, C, H, W) points, differentiable in the critic.

    The derivative is the partial one, of the critic as it is.
    """
    import torch

    # As a tensor of its own: the weights of a critic that is unrolled are functions of x as well.
    x = x.view_as(x) if x.requires_grad else x.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(round.judge(x).score.sum(), x, create_graph=True)
    norm: Tensor = gradient.flatten(1).norm(dim=1)
    return norm
