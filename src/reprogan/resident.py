"""Images in memory, addressed by step: the batch of a step is a function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from .data.imageset import UNLABELED
from .game import Batch
from .streams import LABELED_ORDER, LABELS, ORDER, generator_of


@dataclass(frozen=True)
class Order:
    """Epochs, each a permutation of `population` places; a batch may span two of them."""

    population: int
    batch: int
    seed: int
    stream: int
    device: torch.device
    epochs: dict[int, Tensor] = field(default_factory=dict, compare=False)

    def chosen(self, step: int) -> Tensor:
        """(batch,) int64 places of the step's images, on the device."""
        first, last = step * self.batch, (step + 1) * self.batch
        parts = []
        while first < last:
            epoch, place = divmod(first, self.population)
            count = min(last - first, self.population - place)
            parts.append(self.epoch(epoch)[place : place + count])
            first += count
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def epoch(self, epoch: int) -> Tensor:
        """(population,) int64 permutation of an epoch; the latest two are kept on the device."""
        if epoch not in self.epochs:
            for old in [e for e in self.epochs if e < epoch - 1]:
                del self.epochs[old]
            random = generator_of(self.seed, self.stream, epoch)
            order = torch.from_numpy(random.permutation(self.population))
            if self.device.type == "cuda":  # only from pinned memory does a copy not wait
                order = order.pin_memory().to(self.device, non_blocking=True)
            self.epochs[epoch] = order
        return self.epochs[epoch]


@dataclass(frozen=True)
class Resident:
    """All training images on the device as bytes; they become floats a batch at a time.

    x: (M, C, H, W) uint8. y: (M,) int64. labels: how many classes may be known; None: all of them.
    Raises ValueError for labels that do not reach for one of each class, or that are not there.
    """

    x: Tensor
    y: Tensor
    batch: int
    seed: int
    labels: int | None = None

    def __post_init__(self) -> None:
        """Choose the images of known class, or refuse, before anything is trained."""
        if self.labels is not None:
            _ = self.labeled

    def at(self, step: int) -> Batch:
        """The real batch of a step: x (batch, C, H, W) float32 in [-1, 1], y (batch,) int64."""
        x, y = self.pick(self.order.chosen(step))
        if self.labels is None:
            return Batch(x, y)
        labeled = self.pick(self.labeled[self.labeled_order.chosen(step)])
        return Batch(x, torch.full_like(y, UNLABELED), labeled=labeled)

    def pick(self, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """Images as floats, and their classes."""
        return to_float(self.x.index_select(0, chosen)), self.y.index_select(0, chosen)

    @cached_property
    def order(self) -> Order:
        """The order in which the images are shown."""
        return Order(len(self.x), self.batch, self.seed, ORDER, self.x.device)

    @cached_property
    def labeled_order(self) -> Order:
        """The order in which the images of known class are shown."""
        return Order(len(self.labeled), self.batch, self.seed, LABELED_ORDER, self.x.device)

    @cached_property
    def labeled(self) -> Tensor:
        """(labels,) int64 places of the images whose class is known, as evenly as it goes."""
        return choose_evenly(self.y, self.labels or len(self.y), self.seed).to(self.x.device)


def choose_evenly(y: Tensor, count: int, seed: int) -> Tensor:
    """(count,) int64 places: of each class as many, the first classes one more where it needs be.

    Raises ValueError for fewer than the classes, or more than a class has.
    """
    y = y.cpu()
    classes = sorted(set(y[y >= 0].tolist()))
    if not classes or count < len(classes):
        raise ValueError(
            f"labels: {count} known classes cannot cover {len(classes)} classes"
            if classes else "labels: these images have no classes to know"
        )  # fmt: skip
    shuffled = torch.from_numpy(generator_of(seed, LABELS, 0).permutation(len(y)))
    chosen = []
    for k, name in enumerate(classes):
        share = count // len(classes) + (k < count % len(classes))
        places = shuffled[y[shuffled] == name][:share]
        if len(places) < share:
            raise ValueError(f"labels: {count} need {share} of class {name}; it has {len(places)}")
        chosen.append(places)
    return torch.cat(chosen)


def to_float(x: Tensor) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1], as x / 127.5 - 1."""
    return x.float().div_(127.5).sub_(1)


def to_bytes(x: Tensor) -> Tensor:
    """Float in [-1, 1] -> uint8 in [0, 255], rounded to the nearest."""
    return x.add(1).mul_(127.5).round_().clamp_(0, 255).to(torch.uint8)
