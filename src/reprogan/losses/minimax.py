"""Minimax loss. Goodfellow et al. 2014, eq. 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from .cross_entropy import cross_entropy, refuse_errors
from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round
    from ..variant import Variant


class Minimax(Objective):
    """The generator minimizes log(1 - D(G(z))), the very thing that the critic maximizes.

    Its gradient vanishes where the critic is sure: it saturates (section 3 of the paper).
    D is the sigmoid of the score, and log(1 - sigmoid(s)) = -softplus(s).
    """

    targeted: ClassVar[bool] = True

    name: Literal["minimax"] = "minimax"

    def check(self, variant: Variant) -> None:
        """Refuse scores that are no logits."""
        refuse_errors(self.name, variant)

    def critic(self, round: Round) -> Tensor:
        """-E log D(x) - E log(1 - D(G(z)))."""
        return cross_entropy(round, round.on_real.score, True) + cross_entropy(
            round, round.on_fake.score, False
        )

    def generator(self, round: Round) -> Tensor:
        """E log(1 - D(G(z)))."""
        from torch.nn.functional import softplus

        return -softplus(round.on_fake.score).mean()
