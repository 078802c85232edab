"""The state of BEGAN's proportional control. Berthelot et al. 2017, eq. 5."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..game import Round


class Control(nn.Module):
    """The weight k in [0, 1] of the fakes, and how far from balance the last round was."""

    k: Tensor
    imbalance: Tensor

    def __init__(self, gamma: float, gain: float) -> None:
        super().__init__()
        self.gamma, self.gain = gamma, gain
        self.register_buffer("k", torch.zeros(()))
        self.register_buffer("imbalance", torch.zeros(()))

    def balance(self, round: Round) -> Tensor:
        """L(x) - k L(G(z)), a scalar; takes note of gamma L(x) - L(G(z))."""
        real, fake = -round.on_real.score.mean(), -round.on_fake.score.mean()
        self.imbalance.copy_((self.gamma * real - fake).detach())
        return real - self.k * fake

    def convergence(self, round: Round) -> Tensor:
        """M = L(x) + |gamma L(x) - L(G(z))|, without a gradient."""
        real, fake = -round.on_real.score.mean(), -round.on_fake.score.mean()
        return (real + (self.gamma * real - fake).abs()).detach()

    @torch.no_grad()
    def steer(self) -> None:
        """Set k <- clip(k + gain (gamma L(x) - L(G(z))), 0, 1)."""
        self.k.add_(self.gain * self.imbalance).clamp_(0, 1)
