"""Augmentation as strong as overfitting asks for. Karras et al. 2020 (ADA), section 3 and eq. 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..component import Count, Share
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Batch, Game, Pair, Round
    from ..variant import Variant

SURE_AT_ZERO = ("minimax", "non_saturating", "hinge")
"""Objectives whose critic takes an image for real where its score is positive."""

INTERVAL = 4
"""Turns of the critic between two changes of p."""


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
        for pair in game.pairs:
            chance = Chance(self.target, INTERVAL * game.batch / self.images, pair.critic.meet)
            game.keep(f"{pair.critic.name}_chance", chance)
            pair.critic.meet = chance.meet
            pair.critic.after.append(chance.adjust)
            pair.also_see(chance.on)


@dataclass(slots=True)
class Chance:
    """p, and the turns and mean signs since it was last changed.

    pace: the largest change of p. play: makes the critic's round.
    """

    target: float
    pace: float
    play: Callable[[Pair, Batch], Round]
    state: dict[str, Any] = field(init=False)
    round: Round = field(init=False)

    def __post_init__(self) -> None:
        import torch

        self.state = {"p": torch.zeros(()), "signs": torch.zeros(()), "turns": 0}

    def meet(self, pair: Pair, batch: Batch) -> Round:
        """The critic's round, kept until its update is over."""
        self.round = self.play(pair, batch)
        return self.round

    def adjust(self) -> None:
        """Take note of the signs; after the fourth turn, move p by the pace toward the target."""
        score = self.round.on_real.score.detach()
        p, signs = (self.state[key].to(score.device) for key in ("p", "signs"))
        signs, turns = signs + score.sign().mean(), self.state["turns"] + 1
        if turns == INTERVAL:
            p = (p + self.pace * (signs / turns - self.target).sign()).clamp(0, 1)
            signs, turns = signs * 0, 0
        self.state = {"p": p, "signs": signs, "turns": turns}

    def on(self, x: Tensor) -> Tensor:
        """(N, C, H, W), each policy on each image with probability p."""
        from ..augmentations import POLICIES, uniform

        p = self.state["p"].to(x.device)
        for policy in POLICIES.values():
            x = policy(x).where(uniform(x) < p, x)
        return x

    def state_dict(self) -> dict[str, Any]:
        """All that it takes to go on."""
        return self.state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a `state_dict`."""
        self.state = dict(state_dict)
