"""DRAGAN's gradient penalty around the real images. Kodali et al. 2017, section 2.3."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Count, NonNegative
from .gradient_penalty import gradient_norm, refuse_batch_norm
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class Dragan(Trick):
    """weight * mean (|grad D| - 1)^2 at real images with noise of their own spread upon them.

    The points are those of the authors' code, x + a s U(0, 1), with s = spread * std of the batch
    and one a ~ U(0, 1) an image; the paper's text has x + N(0, c).

    every: acts in each `every`-th turn of the critic, `every`-fold.
    """

    name: Literal["dragan"] = "dragan"
    weight: NonNegative = 10.0
    spread: NonNegative = 0.5
    every: Count = 1

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse batch norm, under which a score is not of one image."""
        refuse_batch_norm(self.name, variant)

    def apply(self, game: Game) -> None:
        """One more term of every critic."""
        from ..game import Weighted

        term = partial(penalty, self.spread)
        for pair in game.pairs:
            pair.critic.terms["dragan"] = Weighted(term, self.weight, self.every)


def penalty(spread: float, round: Round) -> Tensor:
    """Mean of (|grad| - 1)^2, two-sided."""
    return (gradient_norm(round, around(round.batch.x, spread)) - 1).square().mean()


def around(x: Tensor, spread: float) -> Tensor:
    """(N, C, H, W): the images, each pixel brighter by up to a * spread * std of the batch."""
    import torch

    share = torch.rand(len(x), 1, 1, 1, device=x.device)
    return x + share * spread * x.std(correction=0) * torch.rand_like(x)
