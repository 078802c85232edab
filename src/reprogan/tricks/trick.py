"""What a trick is."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ..component import Component

if TYPE_CHECKING:
    from ..game import Game
    from ..networks import Networks


class Trick(Component):
    """Edits a game that has its networks and its objective, and not yet its optimizers.

    What it needs of a network or of its parameters it reads when it acts, not when it is applied:
    a later trick may still reshape them. So the order of tricks does not matter.
    """

    name: str

    def check(self, networks: Networks) -> None:
        """Raise ValueError for networks that the trick cannot act on as its paper means it."""

    @abstractmethod
    def apply(self, game: Game) -> None:
        """Edit the game in place; what it keeps from step to step it hands to `game.keep`."""
