"""Exponential moving average of the generator, which is sampled. Karras et al. 2018, section 5."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

from ..component import Positive, Share
from .trick import Trick

if TYPE_CHECKING:
    from torch import nn

    from ..game import Game


class Average(Trick):
    """decay or half_life says how much of the old average is kept at each generator update.

    decay: the share of it. After k updates the first weights still have a share of decay^k: 0.55
        after 600 at 0.999, so a short training wants a smaller one. Null where half_life is given.
    half_life: real images shown until half of it is gone, whatever batch and n_critic are. Counted
        at one generator update every n_critic steps, whatever other rhythm the generator has.
    """

    name: Literal["average"] = "average"
    decay: Share | None = 0.999
    half_life: Positive | None = None

    @model_validator(mode="before")
    @classmethod
    def default(cls, raw: Any) -> Any:  # noqa: ANN401  whatever YAML holds
        """The decay has a default only where no half_life is given."""
        halved = isinstance(raw, Mapping) and raw.get("half_life") is not None
        return {"decay": None, **raw} if halved else raw

    @model_validator(mode="after")
    def refuse_both(self) -> Self:
        """Exactly one of the two."""
        if (self.decay is None) == (self.half_life is None):
            raise ValueError("give exactly one of decay and half_life, in real images")
        return self

    def apply(self, game: Game) -> None:
        """Publish an average of each generator in its place."""
        for pair in game.pairs:
            pair.published = copy.deepcopy(pair.generator.network).requires_grad_(False)
            game.keep(f"{pair.generator.name}_average", pair.published)
            decay = self.kept(game.batch * pair.generator.every)
            pair.generator.after.append(
                partial(follow, pair.published, pair.generator.network, decay)
            )

    def kept(self, images: int) -> float:
        """The share of the old average that is left after so many images: one update's."""
        if self.half_life is None:
            return self.decay  # type: ignore[return-value]
        return float(0.5 ** (images / self.half_life))


def follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Parameters move by 1 - decay toward the network's; buffers are copied."""
    import torch

    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - decay)
        for mine, theirs in zip(average.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)
