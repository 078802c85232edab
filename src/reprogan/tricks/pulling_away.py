"""EBGAN's repelling regularizer, the pulling-away term. Zhao et al. 2017, section 2.4, eq. 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class PullingAway(Trick):
    """The generator makes images whose features (the code, of an auto-encoder) are orthogonal."""

    name: Literal["pulling_away"] = "pulling_away"
    weight: NonNegative = 0.1

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse a single image, which has no other to be pulled away from."""
        if batch < 2:
            raise ValueError(f"tricks: {self.name} needs 2 images in a batch; got {batch}")

    def apply(self, game: Game) -> None:
        """One more term of every generator."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.generator.terms["pulling_away"] = Weighted(likeness, self.weight)


def likeness(round: Round) -> Tensor:
    """Mean squared cosine between the features of two different generated images."""
    from torch.nn.functional import normalize

    directions = normalize(round.on_fake.features, dim=1)
    cosines = directions @ directions.T
    others = len(cosines) * (len(cosines) - 1)
    return (cosines.square().sum() - cosines.diagonal().square().sum()) / others
