"""The state of adaptive augmentation. Karras et al. 2020 (ADA), section 3 and eq. 1."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..augmentations import POLICIES, uniform
from ..game import Batch, Pair, Round

INTERVAL = 4
"""Turns of the critic between two changes of p."""


class Chance(nn.Module):
    """p, and the turns and the sum of mean signs since it was last changed.

    target: of the mean sign. pace: how far p moves. play: makes the critic's round.
    """

    p: Tensor
    signs: Tensor
    turns: Tensor

    def __init__(self, target: float, pace: float, play: Callable[[Pair, Batch], Round]) -> None:
        super().__init__()
        self.target, self.pace, self.play = target, pace, play
        self.register_buffer("p", torch.zeros(()))
        self.register_buffer("signs", torch.zeros(()))
        self.register_buffer("turns", torch.zeros((), dtype=torch.int64))

    def meet(self, pair: Pair, batch: Batch) -> Round:
        """The critic's round, kept until its update is over."""
        self.round = self.play(pair, batch)
        return self.round

    @torch.no_grad()
    def adjust(self) -> None:
        """Take note of the signs; after the fourth turn, move p by the pace toward the target."""
        self.signs += self.round.on_real.score.sign().mean()
        self.turns += 1
        moved = self.p + self.pace * (self.signs / INTERVAL - self.target).sign()
        over = self.turns == INTERVAL
        self.p.copy_(torch.where(over, moved.clamp(0, 1), self.p))
        self.signs.masked_fill_(over, 0)
        self.turns.masked_fill_(over, 0)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W), each policy on each image with probability p."""
        for policy in POLICIES.values():
            x = policy(x).where(uniform(x) < self.p, x)
        return x
