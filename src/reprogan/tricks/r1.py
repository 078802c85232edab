"""R1, a zero-centered gradient penalty on real images. Mescheder et al. 2018, eq. 9."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .penalty import Penalty, gradient_norm

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class R1(Penalty):
    """gamma / 2 * E |grad D(x)|^2 over the real images.

    every: 16 in StyleGAN2 (Karras et al. 2020, appendix B), which also adjusts its Adam to it: here
    no optimizer changes.
    """

    name: Literal["r1"] = "r1"
    gamma: NonNegative = 10.0

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2

    def term(self, round: Round) -> Tensor:
        """Mean squared gradient at the real images."""
        return gradient_norm(round, round.batch.x).square().mean()
