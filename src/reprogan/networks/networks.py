"""What a row of networks must offer."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Component

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape

Norm = Literal["none", "batch", "layer"]


class Networks(Component):
    """A generator and the critic set against it; a loss row may set `critic_norm`.

    plays:  the game that is played with them.
    headed: whether the critic scores features by a linear head (`modules.Critic`).
    """

    plays: ClassVar[str] = "single"
    headed: ClassVar[bool] = True

    name: str
    critic_norm: Norm = "none"

    @property
    def mixes(self) -> bool:
        """Whether a critic's score of an image depends on the others of its batch, by its norms."""
        return self.critic_norm == "batch"

    @abstractmethod
    def check(self, size: int) -> None:
        """Raise ValueError when images of size x size cannot be made."""

    @abstractmethod
    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """(N, latent) noise and (N,) classes or None -> (N, C, H, W) in [-1, 1]."""

    @abstractmethod
    def critic(self, shape: Shape) -> nn.Module:
        """(N, C, H, W) in [-1, 1] and (N,) classes or None -> Verdict."""
