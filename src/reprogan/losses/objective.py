"""What an objective is."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from ..component import Component

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round
    from ..variant import Variant


class Objective(Component):
    """What each side minimizes; either may read scores of both real and generated images.

    targeted: whether the critic's scores are driven to targets (`Round.label`), 1 and 0.
    paired:   whether each generated image is judged against one real image, in either loss.
    """

    targeted: ClassVar[bool] = False
    paired: ClassVar[bool] = False

    name: str

    def check(self, variant: Variant) -> None:
        """Raise ValueError for networks whose scores the objective is not made for."""

    @abstractmethod
    def critic(self, round: Round) -> Tensor:
        """The critic's loss, a scalar."""

    @abstractmethod
    def generator(self, round: Round) -> Tensor:
        """The generator's loss, a scalar."""
