"""Gradients of bounded norm. Pascanu et al. 2013, algorithm 1."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Positive
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game, Player


class GradientClip(Trick):
    """Where the Euclidean norm of all of a player's gradients exceeds `limit`, it is scaled to it.

    The history's gradient_norm is that of the scaled ones.
    """

    name: Literal["gradient_clip"] = "gradient_clip"
    limit: Positive = 1.0

    def apply(self, game: Game) -> None:
        """One more thing that happens before each player's update."""
        for player in game.players:
            player.before.append(partial(clip, player, self.limit))


def clip(player: Player, limit: float) -> None:
    """Scale all gradients of the player by the same factor, 1 at most."""
    from torch.nn.utils import clip_grad_norm_

    clip_grad_norm_(player.parameters, limit)
