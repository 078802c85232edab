"""The modules of fully connected networks."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Scale(nn.Module):
    """factor * x + shift."""

    def __init__(self, factor: float, shift: float) -> None:
        super().__init__()
        self.factor, self.shift = factor, shift

    def forward(self, x: Tensor) -> Tensor:
        """Any shape."""
        return self.factor * x + self.shift


class Apart(nn.Module):
    """The first `inputs` numbers of a row through one module, the rest through another."""

    def __init__(self, inputs: int, first: nn.Module, rest: nn.Module) -> None:
        super().__init__()
        self.inputs, self.first, self.rest = inputs, first, rest

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs + K) -> (N, outputs of both)."""
        first, rest = x[:, : self.inputs], x[:, self.inputs :]
        return torch.cat([self.first(first), self.rest(rest)], dim=1)
