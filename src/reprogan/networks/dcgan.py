"""DCGAN. Radford et al. 2016, section 3 and figure 1."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Count, Positive
from .networks import Networks, Norm

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape

SIZES = (8, 16, 28, 32, 64, 128)


class Dcgan(Networks):
    """Strided 4x4 convolutions, no pooling, no hidden linear layer.

    The generator is ReLU and ends in tanh; the critic is LeakyReLU(0.2). Norms stand everywhere but
    on the generator's output and the critic's input. Channels double as the side halves.

    width: channels at half the image's side; the paper's is 128 at 64x64.
    init_std: of N(0, std) weights.
    affine: whether norms have a scale and a bias; leaving them out is reported to help.

    Against sparse gradients (Chintala et al. 2016, "How to train a GAN", 5): activation leaky_relu
    (of 0.2) and upsample pixel_shuffle in the generator, downsample average_pool in the critic; the
    latter two with 3x3 convolutions of stride 1 in place of the 4x4 ones.
    """

    name: Literal["dcgan"] = "dcgan"
    width: Count = 64
    generator_norm: Norm = "batch"
    critic_norm: Norm = "batch"
    init_std: Positive = 0.02
    affine: bool = True
    activation: Literal["relu", "leaky_relu"] = "relu"
    upsample: Literal["stride", "pixel_shuffle"] = "stride"
    downsample: Literal["stride", "average_pool"] = "stride"

    def check(self, size: int) -> None:
        """Powers of two from 8 to 128, and MNIST's 28."""
        if size not in SIZES:
            sizes = ", ".join(map(str, SIZES))
            raise ValueError(f"networks: dcgan makes images of {sizes} pixels; data.size is {size}")

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """Project and reshape, then double the side until it is the image's."""
        from torch import nn

        from .modules import Generator, initialize, norm2d
        from .resampling import double

        widths = self.widths(shape.size)
        side = shape.size >> len(widths)
        bias = self.generator_norm == "none"
        layers: list[nn.Module] = [
            nn.Linear(latent + shape.classes, widths[-1] * side * side, bias=bias),
            nn.Unflatten(1, (widths[-1], side, side)),
        ]
        outs = [*widths[-2::-1], shape.channels]
        for depth, (width, out) in enumerate(zip(reversed(widths), outs, strict=True), start=1):
            layers += [norm2d(self.generator_norm, width, self.affine), self.rectifier()]
            layers += double(self.upsample, width, out, bias=bias or depth == len(widths))
        network = Generator(nn.Sequential(*layers, nn.Tanh()), shape.classes)
        initialize(network, self.init_std)
        return network

    def critic(self, shape: Shape) -> nn.Module:
        """Halve the side to 4 (7 for 28, 2 for 8), then score the flat features."""
        from torch import nn

        from .modules import Critic, Plane, initialize, norm2d
        from .resampling import halve

        layers: list[nn.Module] = []
        channels = shape.channels + bool(shape.classes)
        for depth, width in enumerate(self.widths(shape.size)):
            normed = depth > 0 and self.critic_norm != "none"
            layers += halve(self.downsample, channels, width, bias=not normed)
            layers += [norm2d(self.critic_norm, width, self.affine)] if normed else []
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            channels = width
        side = shape.size >> len(self.widths(shape.size))
        tell = Plane(shape.classes, shape.size) if shape.classes else None
        body = nn.Sequential(*layers, nn.Flatten())
        init = partial(initialize, std=self.init_std)
        return Critic(body, channels * side * side, tell, shape.classes, init)

    def rectifier(self) -> nn.Module:
        """What stands after each of the generator's norms."""
        from torch import nn

        leaky = self.activation == "leaky_relu"
        return nn.LeakyReLU(0.2, inplace=True) if leaky else nn.ReLU(inplace=True)

    def widths(self, size: int) -> list[int]:
        """The critic's channels from the image inward: at least two stages, to a side of 4 or 7."""
        stages = max(2, (size // 4).bit_length() - 1)
        return [self.width << depth for depth in range(stages)]
