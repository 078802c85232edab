"""What the rules of a game are."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Literal

from ..component import Component, ConfigError

if TYPE_CHECKING:
    from ..game import Game
    from ..networks import Networks
    from ..variant import Shape, Variant


class Rules(Component):
    """Who plays whom, on what view of the data, and how the generators draw an image.

    conditional: whether the networks are told the class of an image.
    """

    name: str
    conditional: bool = False

    @property
    def critic_told_by(self) -> Literal["nothing", "input", "projection"]:
        """What tells the critic the class of an image."""
        return "input" if self.conditional else "nothing"

    def check(self, variant: Variant, size: int) -> None:
        """Raise ValueError where the variant cannot play it, or not on images of this size."""
        networks = variant.networks
        if networks.plays != self.name:
            raise ValueError(
                f"game: networks {networks.name} play the game {networks.plays}; got {self.name}"
            )

    def refuse_unlabeled(self, shape: Shape) -> None:
        """Raise ConfigError where the networks are to be told classes that images do not have."""
        if self.conditional and not shape.classes:
            raise ConfigError(
                "game.conditional: true needs labeled images, and these have no classes. A row of"
                " `variants` is left out by: dvc exp run -S '~variants.NAME'"
            )

    @abstractmethod
    def build(self, networks: Networks, shape: Shape, n_critic: int) -> Game:
        """The game before its objective."""
