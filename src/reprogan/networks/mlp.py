"""Fully connected networks, as in the code of Goodfellow et al. 2014 (its `mnist.yaml`)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Count, Positive, Share
from .networks import Networks, Norm

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape


class Mlp(Networks):
    """ReLU generator against a maxout critic with dropout, two hidden layers each.

    The code's sigmoid on [0, 1] is tanh on [-1, 1]. Defaults are the code's: generator 1200-1200,
    critic 240 x 5 pieces twice, dropout of .2 of the inputs and .5 of the hidden units.

    units, critic_units: of a hidden layer. pieces: linear functions of a maxout unit.
    init, critic_init: weights are U(-init, init).
    """

    name: Literal["mlp"] = "mlp"
    units: Count = 1200
    critic_units: Count = 240
    pieces: Count = 5
    critic_norm: Norm = "none"
    input_dropout: Share = 0.2
    dropout: Share = 0.5
    init: Positive = 0.05
    critic_init: Positive = 0.005

    def check(self, size: int) -> None:
        """Any size."""

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """Latent -> width -> width -> pixels."""
        from torch import nn

        from .modules import Generator

        body = nn.Sequential(
            nn.Linear(latent + shape.classes, self.units),
            nn.ReLU(inplace=True),
            nn.Linear(self.units, self.units),
            nn.ReLU(inplace=True),
            nn.Linear(self.units, shape.channels * shape.size**2),
            nn.Tanh(),
            nn.Unflatten(1, (shape.channels, shape.size, shape.size)),
        )
        return uniform(Generator(body, shape.classes), self.init)

    def critic(self, shape: Shape) -> nn.Module:
        """Pixels -> critic_units -> critic_units -> score."""
        from torch import nn

        from .modules import Append, Critic, Maxout, norm1d

        inputs = shape.channels * shape.size**2 + shape.classes
        layers: list[nn.Module] = [nn.Flatten(), nn.Dropout(self.input_dropout)]
        for width in (inputs, self.critic_units):
            layers.append(Maxout(width, self.critic_units, self.pieces))
            layers += [norm1d(self.critic_norm, self.critic_units), nn.Dropout(self.dropout)]
        tell = Append() if shape.classes else None
        init = partial(uniform, limit=self.critic_init)
        return Critic(nn.Sequential(*layers), self.critic_units, tell, shape.classes, init)


def uniform(network: nn.Module, limit: float) -> nn.Module:
    """Weights U(-limit, limit), biases 0."""
    from torch import nn

    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            nn.init.uniform_(layer.weight, -limit, limit)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
    return network
