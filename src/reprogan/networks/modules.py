"""The modules that networks are assembled from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ..game import Verdict

Layer = TypeVar("Layer", bound=nn.Module)


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
    init: draws the weights of a module; it is used on the whole, and on what is added later.
    """

    def __init__(
        self, body: nn.Module, features: int, tell: nn.Module | None, classes: int = 0,
        init: Callable[[nn.Module], object] = lambda module: None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.body, self.tell, self.classes, self.init = body, tell, classes, init
        self.features, self.width = features, features
        self.mix: nn.Module | None = None
        self.head: nn.Module | None = nn.Linear(features, 1)
        self.heads = nn.ModuleDict()
        self.project: nn.Embedding | None = None
        init(self)

    def forward(self, x: Tensor, given: Tensor | None = None) -> Verdict:
        """(N, C, H, W) in [-1, 1], (N,) classes -> the verdict on each."""
        if self.tell is not None:
            x = self.tell(x, code(given, self.classes))
        features = self.body(x)
        mixed = features if self.mix is None else self.mix(features)
        heads = {name: head(mixed) for name, head in self.heads.items()}
        score = heads["class"].logsumexp(1) if self.head is None else self.head(mixed)[:, 0]
        if self.project is not None:
            score = score + (self.project(given) * features).sum(1)
        return Verdict(score, features, heads)

    def add_head(self, name: str, outputs: int) -> None:
        """One more linear head on the features, in the verdict's `heads`."""
        self.heads[name] = self.fresh(nn.Linear(self.width, outputs))

    def score_by_classes(self, classes: int) -> None:
        """Of K classes, score = log sum exp: K + 1 classes, the fake one's logit 0.

        Salimans et al. 2016, section 5: D = Z / (Z + 1) with Z = sum exp l is the sigmoid of it.
        """
        self.add_head("class", classes)
        self.head = None

    def mix_with(self, mix: nn.Module, outputs: int) -> None:
        """Let `mix`, from (N, features) to (N, outputs), stand before every head."""
        self.mix, self.width = mix, outputs
        if self.head is not None:
            self.head = self.fresh(nn.Linear(outputs, 1))
        for name, head in self.heads.items():
            self.heads[name] = self.fresh(nn.Linear(outputs, head.out_features))  # type: ignore[arg-type]

    def project_on(self, classes: int) -> None:
        """Add <embedding of the class, features> to the score. Miyato & Koyama 2018, eq. 3."""
        self.project = self.fresh(nn.Embedding(classes, self.features))

    def fresh(self, module: Layer) -> Layer:
        """The module, its weights drawn as all others were."""
        self.init(module)
        return module


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


def norm2d(kind: str, channels: int, affine: bool = True) -> nn.Module:
    """'layer' normalizes each image over channels and pixels, as the WGAN-GP code does."""
    if kind == "batch":
        return nn.BatchNorm2d(channels, affine=affine)
    return nn.GroupNorm(1, channels, affine=affine) if kind == "layer" else nn.Identity()


def norm1d(kind: str, units: int) -> nn.Module:
    """The same for (N, units)."""
    if kind == "batch":
        return nn.BatchNorm1d(units)
    return nn.LayerNorm(units) if kind == "layer" else nn.Identity()


def initialize(module: nn.Module, std: float) -> None:
    """Weights N(0, std), biases 0; scales of norms N(1, std). Radford et al. 2016, section 4."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.Embedding):
            nn.init.normal_(layer.weight, 0.0, std)
        elif isinstance(layer, nn.BatchNorm2d | nn.GroupNorm | nn.BatchNorm1d | nn.LayerNorm):
            if layer.weight is None:
                continue
            nn.init.normal_(layer.weight, 1.0, std)
        else:
            continue
        if not isinstance(layer, nn.Embedding) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
