"""A number of critic steps that changes during training."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game

Counts = Annotated[tuple[Count, ...], Field(strict=False, min_length=1)]
"""A YAML list."""


class NCriticSchedule(Trick):
    """From critic step steps[i] on, the generator acts after every n_critic[i] critic steps.

    Before steps[0] n_critic is the row's. At a change the count of critic steps begins anew.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        "critic_warm_up": "both say how many steps the critic has"
    }

    name: Literal["n_critic_schedule"] = "n_critic_schedule"
    steps: Counts
    n_critic: Counts

    @model_validator(mode="after")
    def refuse_disorder(self) -> Self:
        """One number for each step, and steps that grow."""
        if len(self.steps) != len(self.n_critic):
            raise ValueError("steps and n_critic must be lists of one length")
        if any(one >= two for one, two in pairwise(self.steps)):
            raise ValueError("steps must grow")
        return self

    def begins(self, n_critic: int, begins: int) -> int:
        """In the first stretch that is long enough for its n_critic."""
        start = 0
        for end, following in zip(self.steps, self.n_critic, strict=True):
            if start + n_critic <= end:
                break
            start, n_critic = end, following
        return start + n_critic

    def apply(self, game: Game) -> None:
        """Another rhythm for every generator."""
        for pair in game.pairs:
            pair.generator.rhythm = self.rhythm

    def rhythm(self, every: int, step: int) -> int:
        """The turn that ends with this step, counted from 1; 0 where there is none."""
        turns, start = 0, 0
        for end, following in zip(self.steps, self.n_critic, strict=True):
            if step < end:
                break
            turns += (end - start) // every
            start, every = end, following
        more, waits = divmod(step + 1 - start, every)
        return 0 if waits else turns + more
