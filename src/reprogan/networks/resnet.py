"""Residual networks. Gulrajani et al. 2017, appendix F and code; Miyato et al. 2018, table 4."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count
from .networks import Networks, Norm

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape

SIZES = (8, 16, 28, 32, 64)

PLAIN_BLOCKS = 2
"""Blocks of the critic that keep the side, in both papers' 32x32 networks."""


class Resnet(Networks):
    """Blocks of two 3x3 convolutions, as many filters in all of them.

    The generator doubles a side of 4 (7 for 28) by nearest neighbors, under batch norm and ReLU.
    The critic halves the side by average pooling, to 8 (7 for 28, 4 for 8); two blocks keep it;
    ReLU and a pooling of all pixels follow. Its first block has no norm, and no ReLU before it.
    Weights are Glorot's uniform, sqrt(2) times that in 3x3 convolutions of blocks; biases are 0.

    width: filters, 128 in both papers. generator_width: the generator's (SN-GAN 256); null: width.
    pool: over all pixels, mean (WGAN-GP) or sum (SN-GAN).
    generator_told: how the generator learns the class, by its norms (a scale and shift for each
    class: Dumoulin et al. 2017; both codes) or by its input.
    """

    generator_norm: ClassVar[Norm] = "batch"

    name: Literal["resnet"] = "resnet"
    width: Count = 128
    generator_width: Count | None = None
    pool: Literal["mean", "sum"] = "mean"
    generator_told: Literal["norm", "input"] = "norm"

    def check(self, size: int) -> None:
        """Powers of two from 8 to 64, and MNIST's 28."""
        if size not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            raise ValueError(
                f"networks: resnet makes images of {sizes} pixels; data.size is {size}"
            )

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """Project and reshape, then double the side until it is the image's."""
        from .modules import Generator
        from .resnet_modules import ResidualGenerator

        ups = (shape.size // 4).bit_length() - 1
        start, width = shape.size >> ups, self.generator_width or self.width
        by_norm = shape.classes if self.generator_told == "norm" else 0
        by_input = shape.classes - by_norm
        body = ResidualGenerator(latent + by_input, width, shape.channels, start, ups, by_norm)
        return Generator(body, by_input) if by_input else body

    def critic(self, shape: Shape) -> nn.Module:
        """Halve the side to at most 8, keep it for two blocks, pool, score."""
        from torch import nn

        from .modules import Critic, Plane
        from .resnet_modules import CriticBlock, FirstBlock, Pool, glorot

        halvings = max(1, ((shape.size - 1) // 8).bit_length())
        halves = [True] * (halvings - 1) + [False] * PLAIN_BLOCKS
        body = nn.Sequential(
            FirstBlock(shape.channels + bool(shape.classes), self.width),
            *(CriticBlock(self.width, self.critic_norm, halve) for halve in halves),
            nn.ReLU(),
            Pool(self.pool),
        )
        tell = Plane(shape.classes, shape.size) if shape.classes else None
        return Critic(body, self.width, tell, shape.classes, glorot)
