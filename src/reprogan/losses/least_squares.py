"""Least-squares loss. Mao et al. 2017, eq. 9: targets a = 0 for fakes, b = c = 1 for reals."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class LeastSquares(Objective):
    """Scores are regressed on 1 for real and 0 for fake images."""

    targeted: ClassVar[bool] = True

    name: Literal["least_squares"] = "least_squares"

    def critic(self, round: Round) -> Tensor:
        """E (D(x) - 1)^2 / 2 + E D(G(z))^2 / 2."""
        real, fake = round.on_real.score, round.on_fake.score
        off_real, off_fake = real - round.label(real, True), fake - round.label(fake, False)
        return 0.5 * (off_real.square().mean() + off_fake.square().mean())

    def generator(self, round: Round) -> Tensor:
        """E (D(G(z)) - 1)^2 / 2."""
        return 0.5 * (round.on_fake.score - 1).square().mean()
