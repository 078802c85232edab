"""What a trick is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from ..component import Component

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class Trick(Component):
    """Edits a game that has its networks and its objective, and not yet its optimizers.

    Tricks are applied in the order of the table in `__init__`, whatever their order in params.yaml:
    first what reshapes networks, last what copies them. A player's parameters are not settled until
    all have been applied: a trick reads them when it acts.

    excludes: names of tricks that it cannot go with, and why; one of the two has to say so.
    needs_labels: whether it learns the classes of images. few_labels: from a few known ones
    (`labels` of a row).
    """

    excludes: ClassVar[Mapping[str, str]] = {}
    needs_labels: ClassVar[bool] = False
    few_labels: ClassVar[bool] = False

    name: str

    def check(self, variant: Variant, batch: int) -> None:
        """Raise ValueError where the trick cannot act as its paper means it.

        batch: real images in a step.
        """

    def begins(self, n_critic: int, begins: int) -> int:
        """Steps up to the generators' first turn, counted with it; `begins` without the trick.

        Tricks that set a rhythm say so here too, since that of a player is known once torch is.
        """
        return begins

    @abstractmethod
    def apply(self, game: Game) -> None:
        """Edit the game in place; what it keeps from step to step it hands to `game.keep`."""
