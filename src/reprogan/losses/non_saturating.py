"""Non-saturating loss. Goodfellow et al. 2014, section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class NonSaturating(Objective):
    """The generator maximizes log D(G(z)): minimax's fixed point, a gradient from the start."""

    name: Literal["non_saturating"] = "non_saturating"

    def critic(self, round: Round) -> Tensor:
        """-E log D(x) - E log(1 - D(G(z)))."""
        from torch.nn.functional import softplus

        return softplus(-round.on_real.score).mean() + softplus(round.on_fake.score).mean()

    def generator(self, round: Round) -> Tensor:
        """-E log D(G(z))."""
        from torch.nn.functional import softplus

        return softplus(-round.on_fake.score).mean()
