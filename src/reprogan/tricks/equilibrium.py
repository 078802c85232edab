"""BEGAN's proportional control. Berthelot et al. 2017, eq. 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import Positive, Share
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class Equilibrium(Trick):
    """The critic minimizes L(x) - k L(G(z)), where k is steered so that L(G(z)) = gamma L(x).

    L = -score is the error of the auto-encoder that the critic is; k = 1 is the objective
    `wasserstein`, which the generator keeps: it minimizes L(G(z)). k moves after each update of
    the critic, by the critic's own fakes; in the paper, where both networks move at once, by the
    generator's. The history has M = L(x) + |gamma L(x) - L(G(z))| (section 3.4.1) as the critic's
    term `convergence`, which has no gradient.

    On 8x8 digits, in tens of thousands of images, the balance is kept by one image drawn over and
    over, at every gain, gamma, code and norm that was tried: docs/variants.md.

    gamma: diversity; lower draws fewer, sharper images. gain: of k, lambda_k in the paper.
    """

    name: Literal["equilibrium"] = "equilibrium"
    gamma: Share = 0.5
    gain: Positive = 0.001

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse critics that reconstruct nothing, and objectives that have nothing to weigh."""
        if variant.networks.name != "autoencoder":
            raise ValueError(
                f"tricks: {self.name} balances errors of reconstruction, which networks"
                f" {variant.networks.name} do not make; take networks autoencoder"
            )
        if variant.objective.name != "wasserstein":
            raise ValueError(
                f"tricks: {self.name} weighs the two parts of the objective wasserstein;"
                f" got {variant.objective.name}"
            )

    def apply(self, game: Game) -> None:
        """Another adversarial term for every critic, and a control beside it."""
        from ..game import Weighted
        from .control import Control

        for pair in game.pairs:
            control = Control(self.gamma, self.gain)
            game.keep(f"{pair.critic.name}_control", control)
            pair.critic.terms["adversarial"] = Weighted(control.balance)
            pair.critic.terms["convergence"] = Weighted(control.convergence)
            pair.critic.after.append(control.steer)
