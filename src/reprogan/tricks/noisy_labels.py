"""Soft targets that are sometimes wrong. Chintala et al. 2016, "How to train a GAN", item 6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..component import Share
from .label_smoothing import refuse_untargeted
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game
    from ..variant import Variant

Target = Annotated[float, Field(ge=0, le=1)]
Range = Annotated[tuple[Target, Target], Field(strict=False)]
"""A YAML list of the lowest and the highest."""


class NoisyLabels(Trick):
    """The critic's target of each image is drawn uniformly from `real` or `fake`, anew each time.

    Targets stay in [0, 1] (the source goes to 1.2, where a cross-entropy has no least value).

    flip: the probability that an image's target is drawn from the other side's range. The source
        says "occasionally"; the number is ours.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        "label_smoothing": "noisy_labels draws every target; narrow its ranges instead"
    }

    name: Literal["noisy_labels"] = "noisy_labels"
    real: Range = (0.7, 1.0)
    fake: Range = (0.0, 0.3)
    flip: Share = 0.05

    @model_validator(mode="after")
    def refuse_inverted(self) -> Self:
        """From the lowest to the highest."""
        for low, high in (self.real, self.fake):
            if low > high:
                raise ValueError(f"a range is [lowest, highest]; got [{low}, {high}]")
        return self

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse objectives that have no targets."""
        refuse_untargeted(self.name, variant)

    def apply(self, game: Game) -> None:
        """Other targets in every pair."""
        for pair in game.pairs:
            pair.label = self.label

    def label(self, score: Tensor, real: bool) -> Tensor:
        """(n,) targets."""
        import torch

        own, other = (self.real, self.fake) if real else (self.fake, self.real)
        flipped = torch.rand_like(score) < self.flip
        place = torch.rand_like(score)
        return torch.where(flipped, between(*other, place), between(*own, place))


def between(low: float, high: float, place: Tensor) -> Tensor:
    """The point at `place`, from 0 to 1, of a range."""
    return low + (high - low) * place
