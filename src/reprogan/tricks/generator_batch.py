"""A larger batch in the generator's turn. Code of Gulrajani et al. 2017; Miyato et al. 2018."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Batch, Game, Pair, Round
    from ..variant import Variant


class GeneratorBatch(Trick):
    """The generator learns from `times` as many generated images as the critic does.

    The step's real images, and what is told of them, are shown over again.
    """

    name: Literal["generator_batch"] = "generator_batch"
    times: Count = 2

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse an objective that judges each generated image against a real one of its own."""
        if variant.objective.paired:
            raise ValueError(
                f"tricks: {self.name}: {variant.objective.name} pairs each generated image with a"
                f" real one, and there are {self.times} for each"
            )

    def apply(self, game: Game) -> None:
        """Let every generator meet the critic with a larger batch."""
        for pair in game.pairs:
            pair.generator.meet = partial(meet, pair.generator.meet, self.times)


def meet(play: Callable[[Pair, Batch], Round], times: int, pair: Pair, batch: Batch) -> Round:
    """The round that is played on `times` the batch."""
    return play(pair, repeated(batch, times))


def repeated(batch: Batch, times: int) -> Batch:
    """The batch behind itself, `times` in all."""
    import torch

    count = len(batch.x)
    places = torch.arange(times * count, device=batch.x.device) % count
    return replace(
        batch,
        x=batch.x[places],
        y=batch.y[places],
        given=None if batch.given is None else batch.given[places],
        labeled=batch.labeled and (batch.labeled[0][places], batch.labeled[1][places]),
    )
