"""Max-norm constraint of the critic. Srivastava et al. 2014; pylearn2 calls it max_col_norm."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Positive
from .trick import Trick
from .weight_clip import refuse_scaled

if TYPE_CHECKING:
    from ..game import Game, Player
    from ..variant import Variant


class MaxNorm(Trick):
    """After each critic update, the weights into a unit are scaled down to the norm `limit`.

    A unit is a row of a weight matrix, a filter of a convolution, a piece of a maxout unit. The
    default is that of pylearn2's maxout network on MNIST (`mnist_pi.yaml`). The code of Goodfellow
    et al. 2014 has it for the Toronto faces, there in the generator too, and not for MNIST.
    """

    excludes: ClassVar[Mapping[str, str]] = {
        "spectral_norm": "it divides the norms of the weights out again"
    }

    name: Literal["max_norm"] = "max_norm"
    limit: Positive = 1.9365

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse networks whose weights act scaled: the limit would be of other numbers."""
        refuse_scaled(self.name, variant)
        if variant.networks.name == "autoencoder":
            raise ValueError(
                f"tricks: {self.name} is of the weights into a unit, which the transposed"
                " convolutions of networks autoencoder hold the other way round"
            )

    def apply(self, game: Game) -> None:
        """One more thing that happens after a critic's update."""
        for pair in game.pairs:
            pair.critic.after.append(partial(constrain, pair.critic, self.limit))


def constrain(player: Player, limit: float) -> None:
    """Scale down what exceeds the limit; biases and norms' scales are left alone."""
    import torch

    with torch.no_grad():
        for weight in player.parameters:
            if weight.ndim > 1:
                weight.copy_(weight.renorm(2, 0, limit))
