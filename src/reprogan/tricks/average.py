"""Exponential moving average of the generator, which is sampled. Karras et al. 2018, section 5."""

from __future__ import annotations

import copy
from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Share
from .trick import Trick

if TYPE_CHECKING:
    from torch import nn

    from ..game import Game


class Average(Trick):
    """decay: the share of the old average that is kept at each update of the generator.

    After k updates the first weights still have a share of decay^k: 0.55 after 600 at 0.999, so a
    short training wants a smaller one.
    """

    name: Literal["average"] = "average"
    decay: Share = 0.999

    def apply(self, game: Game) -> None:
        """Publish an average of each generator in its place."""
        for pair in game.pairs:
            pair.published = copy.deepcopy(pair.generator.network).requires_grad_(False)
            game.keep(f"{pair.generator.name}_average", pair.published)
            pair.generator.after.append(
                partial(follow, pair.published, pair.generator.network, self.decay)
            )


def follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Parameters move by 1 - decay toward the network's; buffers are copied."""
    import torch

    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - decay)
        for mine, theirs in zip(average.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)
