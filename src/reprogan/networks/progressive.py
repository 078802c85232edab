"""Networks that grow. Karras et al. 2018, sections 2 to 4 and table 2."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count
from .networks import Networks, Norm

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape

DOUBLINGS = 8
"""The most: from 4 to 1024 pixels."""


class Progressive(Networks):
    """A level for each doubling of the side, two 3x3 convolutions each; nearest up, average down.

    LeakyReLU(0.2), learning rates equalized by He's constant at run time; the generator normalizes
    each pixel, and the noise, and its output is linear; the critic's last block is told how much
    the images of a group differ.

    start: pixels of the first level's side.
    width: channels of the levels up to 32 pixels; from there they halve as the side doubles.
    stddev_group: images among which the deviation is taken.
    """

    plays: ClassVar[str] = "progressive"

    name: Literal["progressive"] = "progressive"
    start: Count = 4
    width: Count = 512
    stddev_group: Count = 4
    critic_norm: Norm = "none"

    def check(self, size: int) -> None:
        """`start`, doubled once or more."""
        sizes = [self.start << doubled for doubled in range(1, DOUBLINGS + 1)]
        if size not in sizes:
            raise ValueError(
                f"networks: progressive from start {self.start} makes images of"
                f" {', '.join(map(str, sizes))} pixels; data.size is {size}"
            )

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """Noise to the first level, and a block and an image for each level."""
        from .modules import Generator
        from .progressive_modules import GrowingGenerator

        inputs = latent + shape.classes
        body = GrowingGenerator(inputs, self.widths(shape.size), shape.channels, self.start)
        return Generator(body, shape.classes)

    def critic(self, shape: Shape) -> nn.Module:
        """The mirror image, and the score of what the first level leaves."""
        from .modules import Critic, Plane
        from .progressive_modules import GrowingCritic, equalize

        channels, widths = shape.channels + bool(shape.classes), self.widths(shape.size)
        body = GrowingCritic(channels, widths, self.start, self.stddev_group, self.critic_norm)
        tell = Plane(shape.classes, shape.size) if shape.classes else None
        return Critic(body, widths[0], tell, shape.classes, partial(equalize, gain=1.0))

    def widths(self, size: int) -> list[int]:
        """Channels of each level, the first one first."""
        levels = (size // self.start).bit_length()
        sides = [self.start << level for level in range(levels)]
        return [max(1, min(self.width, 32 * self.width // side)) for side in sides]
