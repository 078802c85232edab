"""Fully connected networks: Goodfellow et al. 2014 and, with classes, Mirza & Osindero 2014."""

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

    Both work on pixels in [0, 1]: the generator ends in a sigmoid. Defaults are those of the code
    of 2014 (its `mnist.yaml`), and with classes those of the conditional GAN (section 4.1), which
    passes noise (or image) and class through a hidden layer each, and both through a joint one. Its
    generator has a dropout of .5 too.

    units, critic_units: of a hidden layer. pieces: linear functions of a maxout unit.
    latent_units, class_units: with classes, of the generator's first layer for noise and for class.
    critic_class_units: of the critic's first layer for the class. joint_pieces: of its joint layer.
    input_dropout, dropout, generator_dropout: share left out of the critic's pixels, of its hidden
    units, of the generator's.
    init, critic_init: weights are U(-init, init).
    """

    name: Literal["mlp"] = "mlp"
    units: Count = 1200
    latent_units: Count = 200
    class_units: Count = 1000
    critic_units: Count = 240
    critic_class_units: Count = 50
    pieces: Count = 5
    joint_pieces: Count = 4
    critic_norm: Norm = "none"
    generator_dropout: Share = 0.0
    input_dropout: Share = 0.2
    dropout: Share = 0.5
    init: Positive = 0.05
    critic_init: Positive = 0.005

    def check(self, size: int) -> None:
        """Any size."""

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """Latent, or latent and class apart -> units -> pixels."""
        from torch import nn

        from .mlp_modules import Apart, Scale
        from .modules import Generator

        first, width = self.relu(latent, self.units), self.units
        if shape.classes:
            told = self.relu(shape.classes, self.class_units)
            first = Apart(latent, self.relu(latent, self.latent_units), told)
            width = self.latent_units + self.class_units
        body = nn.Sequential(
            first,
            self.relu(width, self.units),
            nn.Linear(self.units, shape.channels * shape.size**2),
            nn.Sigmoid(),
            Scale(2, -1),
            nn.Unflatten(1, (shape.channels, shape.size, shape.size)),
        )
        return uniform(Generator(body, shape.classes), self.init)

    def critic(self, shape: Shape) -> nn.Module:
        """Pixels, or pixels and class apart -> critic_units -> score."""
        from torch import nn

        from .mlp_modules import Apart, Scale
        from .modules import Append, Critic

        pixels, width = shape.channels * shape.size**2, self.critic_units
        first: nn.Module = nn.Sequential(
            Scale(0.5, 0.5),
            nn.Dropout(self.input_dropout),
            self.maxout(pixels, self.critic_units, self.pieces),
        )
        if shape.classes:
            told = self.maxout(shape.classes, self.critic_class_units, self.pieces)
            first, width = Apart(pixels, first, told), width + self.critic_class_units
        pieces = self.joint_pieces if shape.classes else self.pieces
        body = nn.Sequential(nn.Flatten(), first, self.maxout(width, self.critic_units, pieces))
        tell = Append() if shape.classes else None
        init = partial(uniform, limit=self.critic_init)
        return Critic(body, self.critic_units, tell, shape.classes, init)

    def relu(self, inputs: int, units: int) -> nn.Module:
        """A hidden layer of the generator."""
        from torch import nn

        layer = nn.Linear(inputs, units)
        return nn.Sequential(layer, nn.ReLU(inplace=True), nn.Dropout(self.generator_dropout))

    def maxout(self, inputs: int, units: int, pieces: int) -> nn.Module:
        """A hidden layer of the critic."""
        from torch import nn

        from .modules import Maxout, norm1d

        norm = norm1d(self.critic_norm, units)
        return nn.Sequential(Maxout(inputs, units, pieces), norm, nn.Dropout(self.dropout))


def uniform(network: nn.Module, limit: float) -> nn.Module:
    """Weights U(-limit, limit), biases 0."""
    from torch import nn

    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Embedding):
            nn.init.uniform_(layer.weight, -limit, limit)
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
    return network
