"""The network that the project's own extractors share."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

SMALLEST = 4
"""Height and width, in pixels, at which the features are read off."""

LARGE = 16
"""From this size on the first convolution halves the image too, which saves time."""

WIDEST = 4
"""No layer has more than this many times the channels of the first."""


class Convolutional(nn.Module):
    """3x3 convolutions halve the image to 4x4 or less; a linear layer reads the features off.

    Every layer is followed by batch norm and ReLU, so features are >= 0 and of one scale. With
    classes > 0 a linear head makes logits of the features.
    """

    def __init__(self, channels: int, size: int, width: int, features: int, classes: int) -> None:
        super().__init__()
        strides = strides_of(size)
        widths = [channels, *(width * min(2**i, WIDEST) for i in range(len(strides)))]
        for stride in strides:
            size = -(-size // stride)
        self.body = nn.Sequential(
            *layers(widths, strides),
            nn.Flatten(),
            nn.Linear(widths[-1] * size * size, features, bias=False),
            nn.BatchNorm1d(features),
            nn.ReLU(),
        )
        self.head = nn.Linear(features, classes) if classes else None

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """(B, C, S, S) uint8 -> features (B, D) >= 0, logits (B, K) or None."""
        features = self.body(to_float(images))
        return features, None if self.head is None else self.head(features)


def to_float(images: Tensor) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1], as x / 127.5 - 1."""
    # By way of one dimension: the strides of a gray image's axis of length 1 are arbitrary, and
    # torch chooses the convolution, and with it the last bits, by strides.
    flat = images.reshape(-1).to(torch.float32)
    return flat.div_(127.5).sub_(1).view(images.shape)


def strides_of(size: int) -> list[int]:
    """The stride of each convolution, until an image of `size` pixels has SMALLEST or less."""
    strides = [2 if size >= LARGE else 1]
    size = -(-size // strides[0])
    while size > SMALLEST:
        strides.append(2)
        size = -(-size // 2)
    return strides


def layers(widths: list[int], strides: list[int]) -> Iterator[nn.Module]:
    """The convolutional layers, from one width to the next."""
    for (before, after), stride in zip(pairwise(widths), strides, strict=True):
        yield nn.Conv2d(before, after, kernel_size=3, stride=stride, padding=1, bias=False)
        yield nn.BatchNorm2d(after)
        yield nn.ReLU()
