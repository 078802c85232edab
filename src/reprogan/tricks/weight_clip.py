"""Weight clipping. Arjovsky et al. 2017, algorithm 1, line 7."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Positive
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Player
    from ..variant import Variant


class WeightClip(Trick):
    """Every critic parameter, batch norm's too, is clamped to [-limit, limit] after each update."""

    excludes: ClassVar[Mapping[str, str]] = {
        "spectral_norm": "it divides the norms of the weights out again"
    }

    name: Literal["weight_clip"] = "weight_clip"
    limit: Positive = 0.01

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse networks whose weights act scaled: the limit would be of other numbers."""
        refuse_scaled(self.name, variant)

    def apply(self, game: Game) -> None:
        """One more thing that happens after a critic's update."""
        for pair in game.pairs:
            pair.critic.after.append(partial(clip, pair.critic, self.limit))


def refuse_scaled(name: str, variant: Variant) -> None:
    """Raise ValueError for networks with an equalized learning rate."""
    if variant.networks.name == "progressive":
        raise ValueError(
            f"tricks: {name} limits what is trained, and networks progressive scale it before it"
            " acts (equalized learning rate)"
        )


def clip(player: Player, limit: float) -> None:
    """Clamp all that the player trains."""
    import torch

    with torch.no_grad():
        parameters: list[Tensor] = [*player.parameters]
        torch._foreach_clamp_min_(parameters, -limit)
        torch._foreach_clamp_max_(parameters, limit)
