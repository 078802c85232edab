"""What networks that grow are made of. Karras et al. 2018."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate
from torch.nn.utils.parametrize import is_parametrized, register_parametrization

from .modules import norm2d

RELU_GAIN = math.sqrt(2)
"""Of He et al. 2015, for what a rectifier follows."""

Layer = TypeVar("Layer", bound=nn.Module)


class Growing(nn.Module):
    """A network of which as many levels are used as it has `grown`. Section 2 and figure 2.

    grown: from 0, the first level alone, to the number of doublings; 1.3 is level 2, faded in by
    0.3. It is saved with the weights, and it is a number of the host: nothing waits for it.
    """

    def __init__(self, doublings: int) -> None:
        super().__init__()
        self.doublings, self.grown = doublings, 0.0

    @property
    def level(self) -> int:
        """The finest level in use."""
        return math.ceil(self.grown)

    @property
    def alpha(self) -> float:
        """How far that level is faded in, in (0, 1]."""
        return 1 - (self.level - self.grown)

    @property
    def factor(self) -> int:
        """Sides of the full image to those of that level."""
        return 1 << (self.doublings - self.level)

    def get_extra_state(self) -> Tensor:
        """`grown`, for the state dict."""
        return torch.tensor(self.grown, dtype=torch.float64)

    def set_extra_state(self, state: Tensor) -> None:
        """Go on from a state dict."""
        self.grown = float(state)


class GrowingGenerator(Growing):
    """Noise to images of the full size: what is coarser is enlarged, as in the authors' code.

    widths: channels of each level, the first one first. start: pixels of the first level's side.
    """

    def __init__(self, inputs: int, widths: Sequence[int], channels: int, start: int) -> None:
        super().__init__(len(widths) - 1)
        units = widths[0] * start**2
        project = nn.Linear(inputs, units)  # a start x start convolution of one pixel, so its fan
        self.first = nn.Sequential(
            PixelNorm(),
            equalize(project, RELU_GAIN / start),
            nn.Unflatten(1, (widths[0], start, start)),
            nn.LeakyReLU(0.2),
            PixelNorm(),
            *self.convolution(widths[0], widths[0]),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Upsample(scale_factor=2, mode="nearest"),
                *self.convolution(coarse, fine),
                *self.convolution(fine, fine),
            )
            for coarse, fine in zip(widths, widths[1:], strict=False)
        )
        self.to_image = nn.ModuleList(equalize(nn.Conv2d(w, channels, 1), 1.0) for w in widths)

    @staticmethod
    def convolution(inputs: int, outputs: int) -> list[nn.Module]:
        """3x3, LeakyReLU, and every pixel normalized."""
        layer = equalize(nn.Conv2d(inputs, outputs, 3, padding=1), RELU_GAIN)
        return [layer, nn.LeakyReLU(0.2), PixelNorm()]

    def forward(self, z: Tensor) -> Tensor:
        """(N, inputs) -> (N, C, H, W), unbounded."""
        before = h = self.first(z)
        for block in self.blocks[: self.level]:
            before, h = h, block(h)
        image = self.to_image[self.level](h)
        if self.alpha < 1:
            coarse = enlarge(self.to_image[self.level - 1](before), 2)
            image = torch.lerp(coarse, image, self.alpha)
        return enlarge(image, self.factor)


class GrowingCritic(Growing):
    """Images of the full size to features: they are shrunk to the level in use.

    group: images among which the deviation is taken. norm: of every 3x3 convolution.
    """

    def __init__(
        self, channels: int, widths: Sequence[int], start: int, group: int, norm: str
    ) -> None:
        super().__init__(len(widths) - 1)
        self.norm = norm
        self.from_image = nn.ModuleList(
            nn.Sequential(equalize(nn.Conv2d(channels, w, 1), RELU_GAIN), nn.LeakyReLU(0.2))
            for w in widths
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                *self.convolution(fine, fine), *self.convolution(fine, coarse), nn.AvgPool2d(2)
            )
            for coarse, fine in zip(widths, widths[1:], strict=False)
        )
        width = widths[0]
        self.last = nn.Sequential(
            MinibatchDeviation(group),
            *self.convolution(width + 1, width),
            equalize(nn.Conv2d(width, width, start), RELU_GAIN),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
        )

    def convolution(self, inputs: int, outputs: int) -> list[nn.Module]:
        """3x3, the norm if there is one, LeakyReLU."""
        layer = equalize(nn.Conv2d(inputs, outputs, 3, padding=1), RELU_GAIN)
        return [layer, norm2d(self.norm, outputs), nn.LeakyReLU(0.2)]

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, widths[0])."""
        x = shrink(x, self.factor)
        h = self.from_image[self.level](x)
        for level in range(self.level, 0, -1):
            h = self.blocks[level - 1](h)
            if level == self.level and self.alpha < 1:
                h = torch.lerp(self.from_image[level - 1](shrink(x, 2)), h, self.alpha)
        return self.last(h)  # type: ignore[no-any-return]


class PixelNorm(nn.Module):
    """Each pixel's channels, or each image's noise, to a mean square of 1. Section 4.2."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, ...) -> the same shape."""
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class MinibatchDeviation(nn.Module):
    """One more channel: the mean standard deviation within a group of images. Section 3.

    Image i of N is in group i mod M, of M = ceil(N / group), as in the authors' code; where N is no
    multiple, groups differ by one image.
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C + 1, H, W)."""
        groups = -(-len(x) // self.group)
        of = torch.arange(len(x), device=x.device).remainder(groups)
        member = (of[None] == torch.arange(groups, device=x.device)[:, None]).to(x.dtype)
        share, flat = member / member.sum(1, keepdim=True), x.flatten(1)
        away = flat - member.T @ (share @ flat)
        deviation = (share @ away.square() + 1e-8).sqrt().mean(1)
        channel = (member.T @ deviation)[:, None, None, None].expand(-1, 1, *x.shape[2:])
        return torch.cat([x, channel], dim=1)


class Equalized(nn.Module):
    """A weight times a constant. Section 4.1."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, weight: Tensor) -> Tensor:
        """The weight that acts, of the one that is trained."""
        return weight * self.scale


def equalize(module: Layer, gain: float) -> Layer:
    """Every layer in it, unless it is so already: weights N(0, 1), scaled as they act; biases 0.

    By gain / sqrt(fan in), the standard deviation of He et al. 2015. Section 4.1.
    """
    kinds = (nn.Linear, nn.Conv2d, nn.Embedding)
    for layer in [m for m in module.modules() if isinstance(m, kinds)]:
        if is_parametrized(layer, "weight"):
            continue
        nn.init.normal_(layer.weight)
        if not isinstance(layer, nn.Embedding) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
        fan = layer.weight[0].numel()
        register_parametrization(layer, "weight", Equalized(gain / math.sqrt(fan)))
    return module


def enlarge(x: Tensor, factor: int) -> Tensor:
    """(N, C, H, W) -> (N, C, factor * H, factor * W), each pixel a square of its own."""
    return interpolate(x, scale_factor=factor, mode="nearest") if factor > 1 else x


def shrink(x: Tensor, factor: int) -> Tensor:
    """(N, C, H, W) -> (N, C, H / factor, W / factor), each pixel the mean of its square."""
    return avg_pool2d(x, factor) if factor > 1 else x
