"""One generator against one critic. Goodfellow et al. 2014; with labels: Mirza & Osindero 2014."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ..component import Count
from ..priors import Prior
from .rules import Rules

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ..game import Batch, Game
    from ..networks import Networks
    from ..variant import Shape, Variant


class Single(Rules):
    """latent: numbers of noise an image. prior: their distribution, as `priors.py` has it.

    critic_told: how a critic learns the class, where the game is conditional: by its input; by a
    projection (Miyato & Koyama 2018); or not at all (AC-GAN, Odena et al. 2017).
    """

    name: Literal["single"] = "single"
    latent: Count = 64
    prior: Prior = "normal"
    critic_told: Literal["input", "projection", "nothing"] = "input"

    @property
    def critic_told_by(self) -> Literal["nothing", "input", "projection"]:
        """As the row says, where anything is told."""
        return self.critic_told if self.conditional else "nothing"

    def check(self, variant: Variant, size: int) -> None:
        """Raise ValueError for networks of another game, or without a head to project.

        Also for a class that the generator is told, and that nothing asks it for.
        """
        super().check(variant, size)
        if self.critic_told == "projection" and not variant.networks.headed:
            raise ValueError(
                f"game.critic_told: networks {variant.networks.name} have no head to project"
            )
        if self.critic_told != "input" and not self.conditional:
            raise ValueError(
                f"game.critic_told: {self.critic_told} is for a conditional game;"
                " set game.conditional: true"
            )
        asks = any(trick.name == "auxiliary_classifier" for trick in variant.tricks)
        if self.critic_told == "nothing" and not asks:
            raise ValueError(
                "game.critic_told: nothing, and nothing else asks the generator for the class that"
                " it is told; add the trick auxiliary_classifier"
            )

    def build(self, networks: Networks, shape: Shape, n_critic: int) -> Game:
        """The game before its objective. Raises ConfigError where labels are needed and missing."""
        from ..game import Game, Pair, Player, unchanged
        from ..latent import Latent

        self.refuse_unlabeled(shape)
        untold = replace(shape, classes=0)
        told = shape if self.conditional else untold
        critic = networks.critic(told if self.critic_told_by == "input" else untold)
        if self.critic_told_by == "projection":
            critic.project_on(shape.classes)  # type: ignore[operator]
        pair = Pair(
            critic=Player("critic", critic),
            generator=Player("generator", networks.generator(told, self.latent), every=n_critic),
            latent=Latent((self.latent,), self.prior),
            view=label if self.conditional else unchanged,
        )
        return Game([pair], draw)


def label(batch: Batch) -> Batch:
    """Tell both networks the class of each image."""
    return replace(batch, given=batch.y)


def draw(generators: list[nn.Module], z: list[Tensor], given: Tensor | None) -> Tensor:
    """The one generator's images."""
    image: Tensor = generators[0](z[0], given)
    return image
