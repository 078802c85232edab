"""The modules that networks are assembled from."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ..game import Verdict


class Generator(nn.Module):
    """A body from noise to images; with classes, their one-hot code is appended to the noise."""

    def __init__(self, body: nn.Module, classes: int = 0) -> None:
        super().__init__()
        self.body, self.classes = body, classes

    def forward(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        """(N, latent), (N,) classes -> (N, C, H, W) in [-1, 1]."""
        if self.classes:
            z = torch.cat([z, code(given, self.classes)], dim=1)
        return self.body(z)  # type: ignore[no-any-return]


class Critic(nn.Module):
    """A body from images to (N, F) features, and a linear score of them.

    With classes, the body sees `tell(images, one-hot code)` in the images' place.
    """

    def __init__(
        self, body: nn.Module, features: int, tell: nn.Module | None, classes: int = 0
    ) -> None:
        super().__init__()
        self.body, self.tell, self.classes = body, tell, classes
        self.head = nn.Linear(features, 1)

    def forward(self, x: Tensor, given: Tensor | None = None) -> Verdict:
        """(N, C, H, W) in [-1, 1], (N,) classes -> the verdict on each."""
        if self.tell is not None:
            x = self.tell(x, code(given, self.classes))
        features = self.body(x)
        return Verdict(self.head(features)[:, 0], features)


def code(given: Tensor | None, classes: int) -> Tensor:
    """(N,) classes -> (N, classes) float32, one-hot. Raises ValueError when none are given."""
    if given is None:
        raise ValueError(f"this network is told which of {classes} classes an image is of")
    return one_hot(given, classes).float()


class Plane(nn.Module):
    """A learned image of each class as one more channel. Denton et al. 2015, section 3.2."""

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.draw = nn.Linear(classes, size * size, bias=False)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """(N, C, H, W), (N, K) -> (N, C + 1, H, W)."""
        return torch.cat([x, self.draw(code).view(len(x), 1, *x.shape[2:])], dim=1)


class Append(nn.Module):
    """Flat images with the class code behind them. Mirza & Osindero 2014."""

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        """(N, C, H, W), (N, K) -> (N, C * H * W + K)."""
        return torch.cat([x.flatten(1), code], dim=1)


class Maxout(nn.Module):
    """The largest of `pieces` linear functions, unit by unit. Goodfellow et al. 2013, eq. 1."""

    def __init__(self, inputs: int, units: int, pieces: int) -> None:
        super().__init__()
        self.linear, self.pieces = nn.Linear(inputs, units * pieces), pieces

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs) -> (N, units)."""
        return self.linear(x).unflatten(1, (-1, self.pieces)).amax(dim=2)  # type: ignore[no-any-return]


def norm2d(kind: str, channels: int) -> nn.Module:
    """'layer' normalizes each image over channels and pixels, as the WGAN-GP code does."""
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    return nn.GroupNorm(1, channels) if kind == "layer" else nn.Identity()


def norm1d(kind: str, units: int) -> nn.Module:
    """The same for (N, units)."""
    if kind == "batch":
        return nn.BatchNorm1d(units)
    return nn.LayerNorm(units) if kind == "layer" else nn.Identity()


def initialize(module: nn.Module, std: float) -> None:
    """Weights N(0, std), biases 0; scales of norms N(1, std). Radford et al. 2016, section 4."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, std)
        elif isinstance(layer, nn.BatchNorm2d | nn.GroupNorm | nn.BatchNorm1d | nn.LayerNorm):
            nn.init.normal_(layer.weight, 1.0, std)
        else:
            continue
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
