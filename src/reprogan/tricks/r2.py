"""R2, the zero-centered gradient penalty on fakes. Mescheder et al. 2018, section 4.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .penalty import Penalty, gradient_norm

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class R2(Penalty):
    """gamma / 2 * E |grad D(G(z))|^2 over the images that the critic's turn generates."""

    name: Literal["r2"] = "r2"
    gamma: NonNegative = 10.0

    @property
    def strength(self) -> float:
        """Half of gamma."""
        return self.gamma / 2

    def term(self, round: Round) -> Tensor:
        """Mean squared gradient at the generated images."""
        return gradient_norm(round, round.fake).square().mean()
