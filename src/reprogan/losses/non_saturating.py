"""Non-saturating loss. Goodfellow et al. 2014, section 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from .cross_entropy import cross_entropy, refuse_errors
from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round
    from ..variant import Variant


class NonSaturating(Objective):
    """The generator maximizes log D(G(z)): minimax's fixed point, a gradient from the start."""

    targeted: ClassVar[bool] = True

    name: Literal["non_saturating"] = "non_saturating"

    def check(self, variant: Variant) -> None:
        """Refuse scores that are no logits."""
        refuse_errors(self.name, variant)

    def critic(self, round: Round) -> Tensor:
        """-E log D(x) - E log(1 - D(G(z)))."""
        return cross_entropy(round, round.on_real.score, True) + cross_entropy(
            round, round.on_fake.score, False
        )

    def generator(self, round: Round) -> Tensor:
        """-E log D(G(z))."""
        from torch.nn.functional import softplus

        return softplus(-round.on_fake.score).mean()
