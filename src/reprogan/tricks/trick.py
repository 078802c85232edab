"""What a trick is."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from ..component import Component

if TYPE_CHECKING:
    from ..game import Game


class Trick(Component):
    """Edits a game that has its networks and its objective, and not yet its optimizers.

    reshapes: it changes a network's modules or parameters, so it must act before tricks that look
    at them; tricks are otherwise applied in the order of params.yaml.
    """

    reshapes: ClassVar[bool] = False
    name: str

    @abstractmethod
    def apply(self, game: Game) -> None:
        """Edit the game in place; what it keeps from step to step it hands to `game.keep`."""
