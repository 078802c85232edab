"""Weight clipping. Arjovsky et al. 2017, algorithm 1, line 7."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Positive
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Player


class WeightClip(Trick):
    """Every critic parameter, batch norm's too, is clamped to [-limit, limit] after each update."""

    name: Literal["weight_clip"] = "weight_clip"
    limit: Positive = 0.01

    def apply(self, game: Game) -> None:
        """One more thing that happens after a critic's update."""
        for pair in game.pairs:
            pair.critic.after.append(partial(clip, pair.critic, self.limit))


def clip(player: Player, limit: float) -> None:
    """Clamp all that the player trains."""
    import torch

    with torch.no_grad():
        parameters: list[Tensor] = [*player.parameters]
        torch._foreach_clamp_min_(parameters, -limit)
        torch._foreach_clamp_max_(parameters, limit)
