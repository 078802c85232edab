"""Auxiliary classifier. Odena et al. 2017 (AC-GAN), eq. 2-3."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import NonNegative
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class AuxiliaryClassifier(Trick):
    """The critic, told no class, reads it off real and generated images; both players want it to.

    weight: of the critic's -log P(class), of real images plus of generated ones. generator_weight:
    of the generator's; 0.1 in the code of Gulrajani et al. 2017.
    """

    needs_labels: ClassVar[bool] = True

    name: Literal["auxiliary_classifier"] = "auxiliary_classifier"
    weight: NonNegative = 1.0
    generator_weight: NonNegative = 1.0

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse a critic without heads or that is told the class, and a game without classes."""
        if not variant.networks.headed:
            raise ValueError(f"tricks: {self.name}: networks {variant.networks.name} have no head")
        if not variant.game.conditional or variant.game.critic_told_by != "nothing":
            raise ValueError(
                f"tricks: {self.name} lets the generator be told the class and the critic find it;"
                " set game.conditional: true and game.critic_told: nothing"
            )

    def apply(self, game: Game) -> None:
        """A head of classes on every critic, and a term for each player."""
        from ..game import Weighted

        for pair in game.pairs:
            pair.critic.network.add_head("class", game.classes)  # type: ignore[operator]
            pair.critic.terms["class"] = Weighted(on_both, self.weight)
            pair.generator.terms["class"] = Weighted(on_fake, self.generator_weight)


def on_both(round: Round) -> Tensor:
    """-E log P(c | x) - E log P(c | G(z, c))."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(round.on_real.heads["class"], round.batch.y) + on_fake(round)


def on_fake(round: Round) -> Tensor:
    """-E log P(c | G(z, c)); the generator is told the classes of the batch."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(round.on_fake.heads["class"], round.batch.y)
