"""Momentum that grows linearly. The code of Goodfellow et al. 2014, its MomentumAdjustor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ..component import Share
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class MomentumRamp(Trick):
    """From the optimizer's momentum to `last`, over the first `share` of training; then it stays.

    The code raises it once an epoch, over 249 epochs; here it grows in every step.
    """

    name: Literal["momentum_ramp"] = "momentum_ramp"
    last: Share = 0.7
    share: Annotated[float, Field(gt=0, le=1)] = 1.0

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse optimizers without a momentum of this kind."""
        for optimizer in (variant.critic_optimizer, variant.generator_optimizer):
            if optimizer.name != "sgd":
                raise ValueError(
                    f"tricks: momentum_ramp is for the optimizer sgd; got {optimizer.name}"
                )

    def apply(self, game: Game) -> None:
        """One more schedule."""
        game.schedules.append(partial(self.ramp, game))

    def ramp(self, game: Game, step: int, steps: int) -> None:
        """Set every momentum to that of the step."""
        done = min(1.0, step / (self.share * steps))
        for player in game.players:
            for group in player.optimizer.param_groups:
                first = group.setdefault("initial_momentum", group["momentum"])
                group["momentum"] = first + done * (self.last - first)
