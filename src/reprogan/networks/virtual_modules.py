"""Norms by a reference batch that goes first. Salimans et al. 2016, section 3.5."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def refer(network: nn.Module, z: Tensor, given: Tensor | None) -> None:
    """Let batch norms of `network`, a function of (z, given), go by these (B, ...) references.

    They are kept as its buffers, and nothing of them comes out: row i of what it makes is a
    function of row i of what it is given, and of the references.
    """
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
                setattr(module, name, VirtualNorm(child, len(z)))
    network.register_buffer("reference_z", z)
    network.register_buffer("reference_given", given)
    network.register_forward_pre_hook(prepend)
    network.register_forward_hook(drop)


def prepend(network: nn.Module, inputs: tuple[Tensor | None, ...]) -> tuple[Tensor, ...]:
    """(N, ...) each -> (B + N, ...), the references first."""
    references = (network.reference_z, network.reference_given)
    both = zip(references, inputs, strict=False)  # `given` may be left out
    return tuple(torch.cat([mine, live]) for mine, live in both if live is not None)  # type: ignore[list-item]


def drop(network: nn.Module, inputs: tuple[Tensor, ...], images: Tensor) -> Tensor:
    """(B + N, ...) -> (N, ...)."""
    return images[len(network.reference_z) :]  # type: ignore[arg-type]


class VirtualNorm(nn.Module):
    """The first `count` rows are normalized by their own statistics, each other one by a mixture.

    Of a live row's mean and mean square, 1 / (count + 1) is its own and the rest the references'.
    Scale and bias are those of the batch norm whose place it takes, if it has them.
    """

    def __init__(self, norm: nn.BatchNorm1d | nn.BatchNorm2d, count: int) -> None:
        super().__init__()
        self.weight, self.bias, self.eps, self.count = norm.weight, norm.bias, norm.eps, count

    def forward(self, x: Tensor) -> Tensor:
        """(count + N, C, ...) -> the same shape; statistics are per channel."""
        rows = x.flatten(2) if x.ndim > 2 else x[:, :, None]
        reference, live = rows[: self.count], rows[self.count :]
        var, mean = torch.var_mean(reference, (0, 2), correction=0, keepdim=True)
        own_var, own_mean = torch.var_mean(live, 2, correction=0, keepdim=True)
        share = 1 / (self.count + 1)
        # the mixture's E x^2 - (E x)^2, written so that nothing cancels
        apart = share * (1 - share) * (own_mean - mean).square()
        normal = torch.cat([
            (reference - mean) * (var + self.eps).rsqrt(),
            (live - torch.lerp(mean, own_mean, share))
            * (torch.lerp(var, own_var, share) + apart + self.eps).rsqrt(),
        ])  # fmt: skip
        if self.weight is not None:
            normal = normal * self.weight[:, None] + self.bias[:, None]
        return normal.view_as(x)
