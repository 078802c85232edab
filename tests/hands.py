"""Critics and generators whose every value can be worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from reprogan.game import Batch, Pair, Player, Round, Verdict
from reprogan.latent import Latent


class Linear(nn.Module):
    """score = <w, x>: its gradient is w everywhere."""

    def __init__(self, w: Sequence[float]) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.tensor(list(w)))

    def forward(self, x: Tensor, given: Tensor | None = None) -> Verdict:
        return Verdict(x.flatten(1) @ self.w, x.flatten(1))


class Quadratic(nn.Module):
    """score = |x|^2 / 2: its gradient is x, so a penalty tells where it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor, given: Tensor | None = None) -> Verdict:
        return Verdict(self.one * x.flatten(1).square().sum(1) / 2, x.flatten(1))


class Constant(nn.Module):
    """The same image whatever the noise."""

    def __init__(self, value: float, pixels: int) -> None:
        super().__init__()
        self.value, self.pixels = nn.Parameter(torch.tensor(value)), pixels

    def forward(self, z: Tensor, given: Tensor | None = None) -> Tensor:
        return self.value.expand(len(z), 1, 1, self.pixels)


def exchange(
    real: float,
    fake: float,
    w: Sequence[float] = (1.0,),
    critic: nn.Module | None = None,
    n: int = 4,
) -> tuple[Pair, Round]:
    """A pair whose real and fake images are constant, and a round of it."""
    pair = Pair(
        Player("critic", critic or Linear(w)),
        Player("generator", Constant(fake, len(w))),
        Latent((2,)),
    )
    for player in pair.players:
        player.parameters = list(player.network.parameters())
    x = torch.full((n, 1, 1, len(w)), real)
    return pair, Round(pair, Batch(x, torch.zeros(n, dtype=torch.int64)))


def softplus(v: float) -> float:
    return math.log1p(math.exp(v))
