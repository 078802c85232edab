"""Minibatch discrimination. Salimans et al. 2016, section 3.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant

MIXES = "a penalty is of each image's own score, and minibatch discrimination mixes them"


class MinibatchDiscrimination(Trick):
    """Critics also see how close an image is to the others of its batch, real or fake.

    kernels, dimensions: B and C of the tensor T. A score is of an image among others, in eval mode
    too: an image that is judged alone is close to none.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("gradient_penalty", "dragan", "r1", "r2"), MIXES),
        "generator_batch": "the critic has learned what to expect of a sum over its own batch",
    }

    name: Literal["minibatch_discrimination"] = "minibatch_discrimination"
    kernels: Count = 100
    dimensions: Count = 5

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse batches with no other image, and critics whose score has no head to stand before.

        Raises ValueError.
        """
        if batch < 2:
            raise ValueError(f"tricks: {self.name} compares images of a batch; train.batch is 1")
        if not variant.networks.headed:
            raise ValueError(
                f"tricks: {self.name} stands before a linear head;"
                f" the critic of networks {variant.networks.name} has none"
            )

    def apply(self, game: Game) -> None:
        """Between every critic's features and its heads."""
        from ..networks.minibatch_modules import Closeness

        for pair in game.pairs:
            critic = pair.critic.network
            closeness = Closeness(critic.features, self.kernels, self.dimensions)  # type: ignore[arg-type]
            critic.mix_with(closeness, closeness.outputs)  # type: ignore[operator]
