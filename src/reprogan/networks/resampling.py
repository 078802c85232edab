"""Ways to double and to halve the side of images: the kind, channels in and out, bias."""

from __future__ import annotations

from torch import nn


def double(kind: str, inputs: int, outputs: int, bias: bool) -> list[nn.Module]:
    """Layers (N, inputs, H, W) -> (N, outputs, 2H, 2W).

    kind: stride, of a transposed convolution, or pixel_shuffle (Shi et al. 2016).
    """
    if kind == "stride":
        return [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=bias)]
    return [nn.Conv2d(inputs, 4 * outputs, 3, 1, 1, bias=bias), nn.PixelShuffle(2)]


def halve(kind: str, inputs: int, outputs: int, bias: bool) -> list[nn.Module]:
    """Layers (N, inputs, H, W) -> (N, outputs, H/2, W/2).

    kind: stride, of a convolution, or average_pool.
    """
    if kind == "stride":
        return [nn.Conv2d(inputs, outputs, 4, 2, 1, bias=bias)]
    return [nn.Conv2d(inputs, outputs, 3, 1, 1, bias=bias), nn.AvgPool2d(2)]
