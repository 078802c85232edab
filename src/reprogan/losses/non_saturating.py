"""Non-saturating loss. Goodfellow et al. 2014, section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import Component

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class NonSaturating(Component):
    """The generator maximizes log D(G(z)): the same fixed point as minimax, a gradient from the start."""

    name: Literal["non_saturating"] = "non_saturating"

    def critic(self, round: Round) -> Tensor:
        """-E log D(x) - E log(1 - D(G(z)))."""
        from torch.nn.functional import softplus

        return softplus(-round.on_real.score).mean() + softplus(round.on_fake.score).mean()

    def generator(self, round: Round) -> Tensor:
        """-E log D(G(z))."""
        from torch.nn.functional import softplus

        return softplus(-round.on_fake.score).mean()
