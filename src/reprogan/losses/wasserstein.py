"""Wasserstein loss. Arjovsky et al. 2017, eq. 2-3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class Wasserstein(Objective):
    """Minus the critic's loss estimates a distance, if a trick keeps the critic Lipschitz."""

    name: Literal["wasserstein"] = "wasserstein"

    def critic(self, round: Round) -> Tensor:
        """E D(G(z)) - E D(x)."""
        return round.on_fake.score.mean() - round.on_real.score.mean()

    def generator(self, round: Round) -> Tensor:
        """-E D(G(z))."""
        return -round.on_fake.score.mean()
