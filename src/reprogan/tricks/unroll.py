"""Unrolled GAN. Metz et al. 2017, eq. 7-10."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count, Positive
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game


class Unroll(Trick):
    """The generator meets a critic that is `steps` gradient steps ahead, and learns through them.

    Its gradient has both parts of eq. 11: how its images change the score, and how they change the
    critic that scores them. Every term of the generator is judged by that critic, whatever it reads
    of the round. The critic's own update is ordinary.

    The steps are plain gradient descent on all terms of the critic's loss, penalties among them,
    lazy ones as what they are on average; each on the batch and the fakes of the one round, as in
    the authors' code, which however takes the steps of Adam.

    learning_rate: of the steps, not of the critic's optimizer.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        "equilibrium": "its control would also be steered by critics that never come to be",
    }

    name: Literal["unroll"] = "unroll"
    steps: Count = 5
    learning_rate: Positive = 0.01

    def apply(self, game: Game) -> None:
        """Another round for every generator."""
        from .unrolling import look_ahead

        for pair in game.pairs:
            meet = pair.generator.meet
            pair.generator.meet = partial(look_ahead, meet, self.steps, self.learning_rate)
