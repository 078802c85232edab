"""Relativistic pairing loss. Jolicoeur-Martineau 2018; Huang et al. 2024 (R3GAN), eq. 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class Relativistic(Objective):
    """Each generated image is judged against one real image, by the difference of their scores."""

    paired: ClassVar[bool] = True

    name: Literal["relativistic"] = "relativistic"

    def critic(self, round: Round) -> Tensor:
        """E softplus(-(D(x) - D(G(z))))."""
        from torch.nn.functional import softplus

        return softplus(round.on_fake.score - round.on_real.score).mean()

    def generator(self, round: Round) -> Tensor:
        """E softplus(-(D(G(z)) - D(x)))."""
        from torch.nn.functional import softplus

        return softplus(round.on_real.score - round.on_fake.score).mean()
