"""Learning rates that fall linearly to 0. Gulrajani et al. 2017, appendix F; Miyato et al. 2018."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Share
from .rates import set_rates
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game


class LinearDecay(Trick):
    """start: the share of training after which the decay begins; 0 decays from the first step."""

    name: Literal["linear_decay"] = "linear_decay"
    start: Share = 0.0

    def apply(self, game: Game) -> None:
        """One more schedule."""
        game.schedules.append(partial(decay, game, self.start))


def decay(game: Game, start: float, step: int, steps: int) -> None:
    """Set every learning rate to its first value times the share of the decay that is left."""
    left = min(1.0, (1 - step / steps) / (1 - start))
    set_rates(game, lambda first: left * first)
