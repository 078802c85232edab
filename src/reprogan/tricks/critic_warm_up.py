"""More critic steps at the start and now and then. The code of Arjovsky et al. 2017."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Literal

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class CriticWarmUp(Trick):
    """Before some of the generator's turns the critic has `steps` steps in place of n_critic.

    Counted from 0, these are the turns below `first`, and every multiple of `period`.
    """

    name: Literal["critic_warm_up"] = "critic_warm_up"
    first: Count = 25
    steps: Count = 100
    period: Count = 500

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse fewer steps than the generator waits for anyway."""
        if self.steps < variant.n_critic:
            raise ValueError(
                f"tricks: critic_warm_up.steps must be at least n_critic, {variant.n_critic};"
                f" got {self.steps}"
            )

    def begins(self, n_critic: int, begins: int) -> int:
        """The critic has all of its steps before the first turn."""
        return self.steps

    def apply(self, game: Game) -> None:
        """Another rhythm for every generator."""
        for pair in game.pairs:
            pair.generator.rhythm = self.rhythm

    def rhythm(self, every: int, step: int) -> int:
        """The turn that ends with this step, counted from 1; 0 where there is none.

        `critic_steps` grows with the turns, so they are found by bisection.
        """
        done = step + 1
        turns = bisect_left(range(done), done, key=lambda turns: self.critic_steps(every, turns))
        return turns if self.critic_steps(every, turns) == done else 0

    def critic_steps(self, every: int, turns: int) -> int:
        """How many precede the end of so many of the generator's turns."""
        first = min(turns, self.first)
        regular = -(-turns // self.period) - -(-first // self.period)
        return every * turns + (self.steps - every) * (first + regular)
