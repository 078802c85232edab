"""LAPGAN's networks. Denton et al. 2015, section 4.1, and its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count, Share
from .networks import Networks

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape

Kernel = Literal[3, 5, 7, 9]
"""Side of a convolution's kernel; odd, so that padding keeps the size."""


class Laplacian(Networks):
    """Fully connected on the coarsest level, three convolutions against two on every finer one.

    Defaults are the paper's. All are ReLU. Weights are drawn as torch draws them, as in the code,
    its coarsest networks without classes apart. Where there are classes, a finer network sees a
    learned plane of each as one more channel, a coarsest one the one-hot code behind its input.

    The code does not pad its critics, whose stride then passes over the last row and column of
    every image of an even size; these are padded.

    width: channels of hidden convolutions. kernel, output_kernel: sides of the generator's.
    critic_kernel: side of the critic's, the second of which has stride 2.
    units, critic_units: of both hidden layers of the coarsest networks. dropout: of critics.
    """

    plays: ClassVar[str] = "laplacian"

    name: Literal["laplacian"] = "laplacian"
    width: Count = 64
    kernel: Kernel = 7
    output_kernel: Kernel = 5
    critic_kernel: Kernel = 5
    units: Count = 1200
    critic_units: Count = 600
    dropout: Share = 0.5

    def check(self, size: int) -> None:
        """Any size."""

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """Latent -> units -> units -> pixels; tanh, since these are the pixels themselves."""
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
        return Generator(body, shape.classes)

    def critic(self, shape: Shape) -> nn.Module:
        """Pixels -> critic_units -> critic_units -> score."""
        from torch import nn

        from .modules import Append, Critic, norm1d

        inputs = shape.channels * shape.size**2 + shape.classes
        layers: list[nn.Module] = [nn.Flatten()]
        for width in (inputs, self.critic_units):
            layers += [
                nn.Linear(width, self.critic_units),
                norm1d(self.critic_norm, self.critic_units),
                nn.ReLU(inplace=True),
                nn.Dropout(self.dropout),
            ]
        tell = Append() if shape.classes else None
        return Critic(nn.Sequential(*layers), self.critic_units, tell, shape.classes)

    def finer_generator(self, shape: Shape) -> nn.Module:
        """(N, 1, H, W) noise and the blurred images -> images; the body makes the difference."""
        from torch import nn

        from .laplacian_modules import FinerGenerator
        from .modules import Plane

        channels = 1 + shape.channels + bool(shape.classes)
        body = nn.Sequential(
            nn.Conv2d(channels, self.width, self.kernel, padding="same"),
            nn.ReLU(inplace=True),
            nn.Conv2d(self.width, self.width, self.kernel, padding="same"),
            nn.ReLU(inplace=True),
            nn.Conv2d(self.width, shape.channels, self.output_kernel, padding="same"),
        )
        tell = Plane(shape.classes, shape.size) if shape.classes else None
        return FinerGenerator(body, tell, shape.classes)

    def finer_critic(self, shape: Shape) -> nn.Module:
        """Images, which are difference + blurred image -> score; blurred images are not shown."""
        from torch import nn

        from .laplacian_modules import FinerCritic
        from .modules import Plane, norm2d

        kernel, channels = self.critic_kernel, shape.channels + bool(shape.classes)
        body = nn.Sequential(
            nn.Conv2d(channels, self.width, kernel, padding="same"),
            nn.ReLU(inplace=True),
            nn.Conv2d(self.width, self.width, kernel, stride=2, padding=kernel // 2),
            norm2d(self.critic_norm, self.width),
            nn.ReLU(inplace=True),
            nn.Flatten(),
            nn.Dropout(self.dropout),
        )
        side = (shape.size + 1) // 2
        tell = Plane(shape.classes, shape.size) if shape.classes else None
        return FinerCritic(body, self.width * side * side, tell, shape.classes)
