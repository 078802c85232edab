"""Learning rates as functions of those that the optimizers began with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..game import Game


def set_rates(game: Game, rate: Callable[[float], float]) -> None:
    """Every learning rate becomes `rate` of its first value, which the optimizer's state keeps."""
    for player in game.players:
        for group in player.optimizer.param_groups:
            group["lr"] = rate(group.setdefault("initial_lr", group["lr"]))
