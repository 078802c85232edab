"""The blocks of residual networks. Code of Gulrajani et al. 2017 (gan_cifar_resnet.py)."""

from __future__ import annotations

import math
from typing import Literal

from torch import Tensor, nn, ones, zeros
from torch.nn.functional import avg_pool2d, interpolate, relu

from .modules import code, norm2d


class ClassNorm(nn.Module):
    """Batch norm; with classes, each has its own scale and shift, 1 and 0 at first."""

    def __init__(self, channels: int, classes: int = 0) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=not classes)
        self.scale = nn.Parameter(ones(classes, channels)) if classes else None
        self.shift = nn.Parameter(zeros(classes, channels)) if classes else None

    def forward(self, x: Tensor, told: Tensor | None) -> Tensor:
        """(N, C, H, W), (N, K) one-hot or None -> (N, C, H, W)."""
        normed: Tensor = self.norm(x)
        if told is None or self.scale is None or self.shift is None:
            return normed
        scale, shift = told @ self.scale, told @ self.shift
        return normed * scale[..., None, None] + shift[..., None, None]


class GeneratorBlock(nn.Module):
    """Norm, ReLU, doubling, convolution, norm, ReLU, convolution; beside it a 1x1 convolution."""

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.first_norm, self.second_norm = ClassNorm(width, classes), ClassNorm(width, classes)
        self.first, self.second = convolution(width, width), convolution(width, width)
        self.shortcut = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor, told: Tensor | None) -> Tensor:
        """(N, C, H, W), (N, K) or None -> (N, C, 2H, 2W)."""
        y = self.first(double(relu(self.first_norm(x, told))))
        y = self.second(relu(self.second_norm(y, told)))
        return y + double(self.shortcut(x))  # type: ignore[no-any-return]


class ResidualGenerator(nn.Module):
    """Noise to side x side, `ups` blocks, then norm, ReLU, convolution and tanh.

    classes: that the norms in the blocks are told; the last norm is told none.
    """

    def __init__(
        self, latent: int, width: int, channels: int, side: int, ups: int, classes: int
    ) -> None:
        super().__init__()
        self.classes = classes
        self.project = nn.Linear(latent, width * side * side)
        self.reshape = nn.Unflatten(1, (width, side, side))
        self.blocks = nn.ModuleList(GeneratorBlock(width, classes) for _ in range(ups))
        self.norm, self.paint = nn.BatchNorm2d(width), convolution(width, channels)
        glorot(self)
        nn.init.xavier_uniform_(self.paint.weight)

    def forward(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """(N, latent), (N,) classes -> (N, C, H, W) in [-1, 1]."""
        told = code(given, self.classes) if self.classes else None
        x = self.reshape(self.project(z))
        for block in self.blocks:
            x = block(x, told)
        return self.paint(relu(self.norm(x))).tanh()  # type: ignore[no-any-return]


class FirstBlock(nn.Module):
    """Convolution, ReLU, convolution, halving; beside it halving and a 1x1 convolution."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.first, self.second = convolution(channels, width), convolution(width, width)
        self.shortcut = nn.Conv2d(channels, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, width, H/2, W/2)."""
        y = avg_pool2d(self.second(relu(self.first(x))), 2)
        return y + self.shortcut(avg_pool2d(x, 2))  # type: ignore[no-any-return]


class CriticBlock(nn.Module):
    """Norm, ReLU, convolution, twice; halved, as is a 1x1 convolution beside it, or added to x."""

    def __init__(self, width: int, norm: str, halves: bool) -> None:
        super().__init__()
        self.first_norm, self.second_norm = norm2d(norm, width), norm2d(norm, width)
        self.first, self.second = convolution(width, width), convolution(width, width)
        self.shortcut = nn.Conv2d(width, width, 1) if halves else None

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same, or half the side."""
        y = self.first(relu(self.first_norm(x)))
        y = self.second(relu(self.second_norm(y)))
        if self.shortcut is None:
            return x + y  # type: ignore[no-any-return]
        return avg_pool2d(y, 2) + self.shortcut(avg_pool2d(x, 2))  # type: ignore[no-any-return]


class Pool(nn.Module):
    """The mean or the sum over all pixels."""

    def __init__(self, kind: Literal["mean", "sum"]) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C)."""
        return x.mean(dim=(2, 3)) if self.kind == "mean" else x.sum(dim=(2, 3))


def convolution(inputs: int, outputs: int) -> nn.Conv2d:
    """3x3, the side kept."""
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def double(x: Tensor) -> Tensor:
    """Each pixel becomes four."""
    return interpolate(x, scale_factor=2, mode="nearest")


def glorot(module: nn.Module) -> None:
    """Weights uniform of variance 2 / (fan in + fan out), twice that in 3x3 convolutions; biases 0.

    Glorot & Bengio 2010, eq. 16; the factor is the WGAN-GP code's `he_init`.
    """
    for layer in module.modules():
        if not isinstance(layer, nn.Conv2d | nn.Linear | nn.Embedding):
            continue
        thrice = isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3)
        nn.init.xavier_uniform_(layer.weight, math.sqrt(2) if thrice else 1.0)
        if not isinstance(layer, nn.Embedding) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
