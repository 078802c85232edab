"""EBGAN's loss. Zhao et al. 2017, eq. 1-2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import Positive
from .objective import Objective

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round
    from ..variant import Variant


class EnergyMargin(Objective):
    """Energy E = -score is low on real images; fakes are pushed up to the margin and no further.

    margin: in units of the score; the paper's 10 is for its 28x28 and larger images, whose energy
    is a Euclidean distance. Best near the error at which a good critic reconstructs real images.
    """

    name: Literal["energy_margin"] = "energy_margin"
    margin: Positive = 10.0

    def check(self, variant: Variant) -> None:
        """Refuse scores that are no errors: an energy without a least value has no margin."""
        if variant.networks.name != "autoencoder":
            raise ValueError(
                f"objective: {self.name} is of errors of reconstruction, which networks"
                f" {variant.networks.name} do not make; take networks autoencoder"
            )

    def critic(self, round: Round) -> Tensor:
        """E[E(x)] + E[max(0, m - E(G(z)))], image by image."""
        return -round.on_real.score.mean() + (self.margin + round.on_fake.score).relu().mean()

    def generator(self, round: Round) -> Tensor:
        """E[E(G(z))]."""
        return -round.on_fake.score.mean()
