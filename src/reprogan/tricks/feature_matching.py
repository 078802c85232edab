"""Feature matching. Salimans et al. 2016, section 3.1."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Positive
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round

Norm = Literal["squared", "absolute"]


class FeatureMatching(Trick):
    """The generator makes the mean features of its batch those of the real batch.

    norm: squared is |E f(x) - E f(G(z))|^2, the paper's; absolute is the mean over features of the
    absolute difference, its CIFAR-10 code's. f are the activations before the critic's head.
    alone: the generator minimizes nothing else, as in the paper; else it is one more term.
    """

    name: Literal["feature_matching"] = "feature_matching"
    weight: Positive = 1.0
    norm: Norm = "squared"
    alone: bool = True

    def apply(self, game: Game) -> None:
        """Every generator gets the term; the critics keep theirs."""
        from ..game import Weighted

        for pair in game.pairs:
            if self.alone:
                del pair.generator.terms["adversarial"]
            pair.generator.terms["feature_matching"] = Weighted(
                partial(distance, norm=self.norm), self.weight
            )


def distance(round: Round, norm: Norm) -> Tensor:
    """Between the two means over the batch, never between single images."""
    off = round.on_real.features.mean(0) - round.on_fake.features.mean(0)
    return off.square().sum() if norm == "squared" else off.abs().mean()
