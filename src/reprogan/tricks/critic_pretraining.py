"""A critic that has learned before the generator begins. Arjovsky & Bottou 2017, section 2."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game, Rhythm


class CriticPretraining(Trick):
    """The generators wait for the first `steps` steps; then they play as if those had not been."""

    name: Literal["critic_pretraining"] = "critic_pretraining"
    steps: Count = 100

    def begins(self, n_critic: int, begins: int) -> int:
        """So many steps later."""
        return self.steps + begins

    def apply(self, game: Game) -> None:
        """Let every generator's rhythm begin later."""
        for pair in game.pairs:
            pair.generator.rhythm = partial(later, pair.generator.rhythm, self.steps)


def later(rhythm: Rhythm, wait: int, every: int, step: int) -> int:
    """The turn of the step that is `wait` before; none in the first `wait` steps."""
    return rhythm(every, step - wait) if step >= wait else 0
