"""Hinge loss. Lim & Ye 2017; Miyato et al. 2018, eq. 16-17."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class Hinge(Objective):
    """The critic only learns from images within its margin of 1."""

    name: Literal["hinge"] = "hinge"

    def critic(self, round: Round) -> Tensor:
        """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z)))."""
        return (1 - round.on_real.score).relu().mean() + (1 + round.on_fake.score).relu().mean()

    def generator(self, round: Round) -> Tensor:
        """-E D(G(z))."""
        return -round.on_fake.score.mean()
