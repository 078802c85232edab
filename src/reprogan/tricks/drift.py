"""Scores kept from drifting away from zero. Karras et al. 2018, appendix A.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round


class Drift(Trick):
    """weight * mean D(x)^2 of real images: a Wasserstein critic is free to add a constant."""

    name: Literal["drift"] = "drift"
    weight: NonNegative = 0.001

    def apply(self, game: Game) -> None:
        """One more term of every critic."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.critic.terms["drift"] = Weighted(drift, self.weight)


def drift(round: Round) -> Tensor:
    """Mean of D(x)^2."""
    return round.on_real.score.square().mean()
