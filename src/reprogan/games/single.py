"""One generator against one critic. Goodfellow et al. 2014; with labels: Mirza & Osindero 2014."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ..component import ConfigError, Count
from .rules import Rules

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ..game import Batch, Game
    from ..networks import Networks
    from ..variant import Shape


class Single(Rules):
    """latent: numbers of noise an image. prior: their distribution; uniform is on (-1, 1)."""

    name: Literal["single"] = "single"
    latent: Count = 64
    prior: Literal["normal", "uniform"] = "normal"

    def build(self, networks: Networks, shape: Shape, n_critic: int) -> Game:
        """The game before its objective. Raises ConfigError where labels are needed and missing."""
        from ..game import Game, Latent, Pair, Player, unchanged

        if self.conditional and not shape.classes:
            raise ConfigError(
                "game.conditional: true needs labeled images, and these have no classes. A row of"
                " `variants` is left out by: dvc exp run -S '~variants.NAME'"
            )
        told = replace(shape, classes=shape.classes if self.conditional else 0)
        pair = Pair(
            critic=Player("critic", networks.critic(told)),
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
