"""Images in memory, addressed by step: the batch of a step is a function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from .game import Batch
from .streams import ORDER, generator_of


@dataclass(frozen=True)
class Resident:
    """All training images on the device as bytes; they become floats a batch at a time.

    x: (M, C, H, W) uint8. y: (M,) int64. Epochs are permutations, and a batch may span two of them.
    """

    x: Tensor
    y: Tensor
    batch: int
    seed: int
    orders: dict[int, Tensor] = field(default_factory=dict, compare=False)

    def at(self, step: int) -> Batch:
        """The real batch of a step: x (batch, C, H, W) float32 in [-1, 1], y (batch,) int64."""
        chosen = self.chosen(step)
        return Batch(to_float(self.x.index_select(0, chosen)), self.y.index_select(0, chosen))

    def chosen(self, step: int) -> Tensor:
        """(batch,) int64 places of the step's images, on the device."""
        first, last = step * self.batch, (step + 1) * self.batch
        population = len(self.x)
        parts = []
        while first < last:
            epoch, place = divmod(first, population)
            count = min(last - first, population - place)
            parts.append(self.order(epoch)[place : place + count])
            first += count
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def order(self, epoch: int) -> Tensor:
        """(M,) int64 permutation of an epoch; the latest two are kept on the device."""
        if epoch not in self.orders:
            for old in [e for e in self.orders if e < epoch - 1]:
                del self.orders[old]
            order = torch.from_numpy(generator_of(self.seed, ORDER, epoch).permutation(len(self.x)))
            if self.x.is_cuda:  # only from pinned memory does a copy not wait
                order = order.pin_memory().to(self.x.device, non_blocking=True)
            self.orders[epoch] = order
        return self.orders[epoch]


def to_float(x: Tensor) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1], as x / 127.5 - 1."""
    return x.float().div_(127.5).sub_(1)


def to_bytes(x: Tensor) -> Tensor:
    """Float in [-1, 1] -> uint8 in [0, 255], rounded to the nearest."""
    return x.add(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)
