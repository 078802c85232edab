"""The layer of minibatch discrimination. Salimans et al. 2016, section 3.2."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import Function
from torch.nn.functional import normalize


class Closeness(nn.Module):
    """Appends to each image's features o_b = sum over the others of exp(-|M_ib - M_jb|_1).

    M = features T of (kernels, dimensions); T's columns are drawn with length 1, and o has a bias
    of -1 at first, as in the paper's code (whose T is weight-normalized and rescaled by a batch).
    """

    def __init__(self, features: int, kernels: int, dimensions: int) -> None:
        super().__init__()
        self.dimensions, self.outputs = dimensions, features + kernels
        self.tensor = nn.Linear(features, dimensions * kernels, bias=False)
        self.tensor.weight = nn.Parameter(normalize(torch.randn_like(self.tensor.weight)))
        self.bias = nn.Parameter(torch.full((kernels,), -1.0))

    def forward(self, features: Tensor) -> Tensor:
        """(N, features) -> (N, features + kernels); among the N alone."""
        points = self.tensor(features).unflatten(1, (self.dimensions, -1))
        close = torch.exp(-Distances.apply(points)).sum(1) - 1  # type: ignore[no-untyped-call]
        return torch.cat([features, close + self.bias], dim=1)


class Distances(Function):
    """(N, C, B) -> (N, N, B): sum over C of |p_i - p_j|, without anything of (N, N, C, B).

    A third faster than torch's own on a CPU, and differentiable twice, as unrolling needs.
    """

    @staticmethod
    def forward(ctx: Any, points: Tensor) -> Tensor:  # noqa: ANN401  torch's own
        """One dimension at a time, in place."""
        ctx.save_for_backward(points)
        total = points.new_zeros(len(points), len(points), points.shape[2])
        for p in points.unbind(1):
            total += (p[:, None] - p).abs_()
        return total

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:  # noqa: ANN401  torch's own
        """Of p_i: sum over j of (slope_ij + slope_ji) sign(p_i - p_j)."""
        (points,) = ctx.saved_tensors
        both = slope + slope.transpose(0, 1)
        return torch.stack(
            [(both * (p[:, None] - p).sign()).sum(1) for p in points.unbind(1)], dim=1
        )
