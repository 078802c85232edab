"""Historical averaging. Salimans et al. 2016, section 3.3."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..component import Positive
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Player, Round


class HistoricalAveraging(Trick):
    """weight * |theta - mean of all past theta|^2 is a term of each player's cost.

    The paper gives no weight; the default is ours.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        "unroll": "what is held to its past are the critic's own weights, not those steps ahead"
    }

    name: Literal["historical_averaging"] = "historical_averaging"
    weight: Positive = 0.01

    def apply(self, game: Game) -> None:
        """Every player is held near its own past."""
        from ..game import Weighted

        for player in game.players:
            past = Past(player)
            player.terms["historical_averaging"] = Weighted(past.distance, self.weight)
            player.after.append(past.grow)
            game.keep(f"{player.name}_past", past)


class Past:
    """The running mean of what a player trained, from the weights that were drawn to now.

    count: how many parameter vectors it is the mean of.
    """

    def __init__(self, player: Player) -> None:
        self.player, self.count = player, 1

    @cached_property
    def mean(self) -> list[Tensor]:
        """First asked for before the first update, and after all tricks have shaped the network."""
        return [p.detach().clone() for p in self.player.parameters]

    def distance(self, _: Round) -> Tensor:
        """Squared and Euclidean, over all parameters; the mean is a constant."""
        import torch

        pairs = zip(self.player.parameters, self.mean, strict=True)
        return torch.stack([(p - mean).square().sum() for p, mean in pairs]).sum()

    def grow(self) -> None:
        """By the parameters as they are now."""
        import torch

        self.count += 1
        with torch.no_grad():
            torch._foreach_lerp_(self.mean, list(self.player.parameters), 1 / self.count)

    def state_dict(self) -> dict[str, Any]:
        """All that it takes to go on."""
        return {"count": self.count, "mean": self.mean}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict`."""
        self.count = state["count"]
        for mine, theirs in zip(self.mean, state["mean"], strict=True):
            mine.copy_(theirs)
