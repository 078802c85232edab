"""What the rules of a game are."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ..component import Component

if TYPE_CHECKING:
    from ..game import Game
    from ..networks import Networks
    from ..variant import Shape


class Rules(Component):
    """Who plays whom, on what view of the data, and how the generators draw an image.

    conditional: whether the networks are told the class of an image.
    """

    name: str
    conditional: bool = False

    def check(self, networks: Networks, size: int) -> None:
        """Raise ValueError where these networks cannot play, or not on images of this size."""
        if networks.plays != self.name:
            raise ValueError(
                f"game: networks {networks.name} play the game {networks.plays}; got {self.name}"
            )

    @abstractmethod
    def build(self, networks: Networks, shape: Shape, n_critic: int) -> Game:
        """The game before its objective."""
