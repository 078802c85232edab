"""Augmentation as strong as overfitting asks for. Karras et al. 2020 (ADA), section 3 and eq. 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count, Share
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant

SURE_AT_ZERO = ("minimax", "non_saturating", "hinge")
"""Objectives whose critic takes an image for real where its score is positive."""


class AdaptiveAugment(Trick):
    """Each policy of `augment` acts on an image with probability p, and p follows the critic.

    r = E sign D(x) over four turns, of real images, is 1 where the critic overfits and 0 where it
    does not: p grows while r is above `target`, and shrinks while it is below.

    images: real images shown until p could have gone from 0 to 1.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        "augment": "either decides how often images are changed"
    }

    name: Literal["adaptive_augment"] = "adaptive_augment"
    target: Share = 0.6
    images: Count = 500_000

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse scores whose sign says nothing."""
        if variant.objective.name not in SURE_AT_ZERO:
            raise ValueError(
                f"tricks: {self.name} reads the sign of scores, which says nothing under"
                f" {variant.objective.name}; valid: {', '.join(SURE_AT_ZERO)}"
            )

    def apply(self, game: Game) -> None:
        """Policies before every critic, and a look at its scores after each of its updates."""
        from .chance import INTERVAL, Chance

        for pair in game.pairs:
            chance = Chance(self.target, INTERVAL * game.batch / self.images, pair.critic.meet)
            game.keep(f"{pair.critic.name}_chance", chance)
            pair.critic.meet = chance.meet
            pair.critic.after.append(chance.adjust)
            pair.also_see(chance)
