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
    few_labels: whether it learns from a few known labels (`labels` of a row).
    """

    excludes: ClassVar[Mapping[str, str]] = {}
    few_labels: ClassVar[bool] = False

    name: str

    def check(self, variant: Variant, batch: int) -> None:
        """Raise ValueError where the trick cannot act as its paper means it.

        batch: real images in a step.
        """

    @property
    def waits(self) -> int:
        """Steps at the start in which no generator acts because of it."""
        return 0

    @abstractmethod
    def apply(self, game: Game) -> None:
        """Edit the game in place; what it keeps from step to step it hands to `game.keep`."""
