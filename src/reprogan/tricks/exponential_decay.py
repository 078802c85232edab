"""Learning rates that fall by a constant factor. The code of Goodfellow et al. 2014."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from ..component import Positive
from .rates import set_rates
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class ExponentialDecay(Trick):
    """At step t every rate is its first value / factor^t, but not below `least`.

    factor: by which it is divided in a step, which is an update of the critic. A paper's factor an
        epoch (Denton et al. 2015) is its n-th root here, of n steps an epoch.
    """

    excludes: ClassVar[Mapping[str, str]] = {"linear_decay": "both say what the learning rate is"}

    name: Literal["exponential_decay"] = "exponential_decay"
    factor: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 1.000004
    least: Positive = 1e-6

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse a floor above a rate that begins below it."""
        for optimizer in (variant.critic_optimizer, variant.generator_optimizer):
            if optimizer.learning_rate < self.least:
                raise ValueError(
                    f"tricks: exponential_decay.least must be at most the learning rate,"
                    f" {optimizer.learning_rate}; got {self.least}"
                )

    def apply(self, game: Game) -> None:
        """One more schedule."""
        game.schedules.append(partial(self.decay, game))

    def decay(self, game: Game, step: int, steps: int) -> None:
        """Set every learning rate to that of the step."""
        shrink = self.factor**-step
        set_rates(game, lambda first: max(shrink * first, self.least))
