"""R2, the zero-centered gradient penalty on fakes. Mescheder et al. 2018, section 4.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import Count, NonNegative
from .gradient_penalty import gradient_norm, refuse_batch_norm
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class R2(Trick):
    """gamma / 2 * E |grad D(G(z))|^2 over the images that the critic's turn generates.

    every: acts in each `every`-th turn of the critic, `every`-fold.
    """

    name: Literal["r2"] = "r2"
    gamma: NonNegative = 10.0
    every: Count = 1

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse batch norm, under which a score is not of one image."""
        refuse_batch_norm(self.name, variant)

    def apply(self, game: Game) -> None:
        """One more term of every critic."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.critic.terms["r2"] = Weighted(at_fake, self.gamma / 2, self.every)


def at_fake(round: Round) -> Tensor:
    """Mean squared gradient at the generated images."""
    return gradient_norm(round, round.fake).square().mean()
