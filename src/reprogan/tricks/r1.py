"""R1, a zero-centered gradient penalty on real images. Mescheder et al. 2018, eq. 9."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import Count, NonNegative
from .gradient_penalty import gradient_norm, refuse_batch_norm
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class R1(Trick):
    """gamma / 2 * E |grad D(x)|^2 over the real images.

    every: acts in each `every`-th turn of the critic, `every`-fold; 16 in StyleGAN2 (Karras et al.
    2020, appendix B), which also adjusts its Adam to it: here no optimizer changes.
    """

    name: Literal["r1"] = "r1"
    gamma: NonNegative = 10.0
    every: Count = 1

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse batch norm, under which a score is not of one image."""
        refuse_batch_norm(self.name, variant)

    def apply(self, game: Game) -> None:
        """One more term of every critic."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.critic.terms["r1"] = Weighted(at_real, self.gamma / 2, self.every)


def at_real(round: Round) -> Tensor:
    """Mean squared gradient at the real images."""
    return gradient_norm(round, round.batch.x).square().mean()
