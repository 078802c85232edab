"""One-sided label smoothing. Salimans et al. 2016, section 3.4."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game
    from ..variant import Variant


class LabelSmoothing(Trick):
    """The critic's target of real images is `real` in place of 1; that of fakes stays 0.

    A target above 0 for fakes would let the best critic favor what the generator makes already.
    The generator's own loss has no smoothed target.
    """

    name: Literal["label_smoothing"] = "label_smoothing"
    real: Annotated[float, Field(gt=0, le=1)] = 0.9

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse objectives that have no targets."""
        refuse_untargeted(self.name, variant)

    def apply(self, game: Game) -> None:
        """Other targets in every pair."""
        for pair in game.pairs:
            pair.label = partial(smooth, self.real)


def refuse_untargeted(name: str, variant: Variant) -> None:
    """Raise ValueError where a critic's scores are not driven to targets."""
    if not variant.objective.targeted:
        raise ValueError(
            f"tricks: {name} changes the critic's targets, and the objective"
            f" {variant.objective.name} has none"
        )


def smooth(target: float, score: Tensor, real: bool) -> Tensor:
    """(n,) targets."""
    import torch

    return torch.full_like(score, target if real else 0.0)
