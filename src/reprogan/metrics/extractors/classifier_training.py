"""How the classifier extractor is trained: one cycle of AdamW on shifted images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from ...data.imageset import ImageSet
from ...progress import progress
from ...streams import ORDER, STEP, generator_of
from .classifier import Classifier
from .convolutional import Convolutional
from .drawing import drawn


def train_classifier(settings: Classifier, train: ImageSet) -> Convolutional:
    """A classifier of `train`, on the CPU; the same bits each time on one thread.

    The learning rate rises and falls once (Smith and Topin 2018, arXiv:1708.07120).
    """
    network = drawn(settings, train)
    steps = -(-settings.images // settings.batch)
    optimizer = AdamW(
        network.parameters(),
        lr=settings.learning_rate,
        weight_decay=settings.weight_decay,
        fused=True,
    )
    schedule = OneCycleLR(optimizer, settings.learning_rate, total_steps=steps + 1)
    reach = round(settings.shift * train.size)
    network.train()
    with progress("classifier", steps * settings.batch, "images") as bar:
        for step, rows in enumerate(batches(len(train), settings.batch, steps, settings.seed)):
            offsets = generator_of(settings.seed, STEP, step).integers(
                2 * reach + 1, size=(2, len(rows))
            )
            x = shifted(torch.from_numpy(train.images[rows]), torch.from_numpy(offsets), reach)
            loss = nn.functional.cross_entropy(network(x)[1], torch.from_numpy(train.labels[rows]))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            bar.advance(settings.batch)
    return network


def batches(population: int, batch: int, steps: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """(batch,) places of each step's images; epochs are permutations, a batch may span several."""
    waiting, epoch = np.empty(0, np.int64), 0
    for _ in range(steps):
        while len(waiting) < batch:
            order = generator_of(seed, ORDER, epoch).permutation(population)
            waiting, epoch = np.concatenate([waiting, order]), epoch + 1
        yield waiting[:batch]
        waiting = waiting[batch:]


def shifted(x: Tensor, offsets: Tensor, reach: int) -> Tensor:
    """Each image moved by its own number of whole pixels; edge pixels fill what comes free.

    x: (B, C, S, S). offsets: (2, B) int64 in [0, 2 reach], where `reach` means not at all.
    """
    count, channels, size, _ = x.shape
    rows, columns = (offsets[:, :, None] - reach + torch.arange(size)).clamp(0, size - 1)
    image = torch.arange(count)[:, None, None, None]
    channel = torch.arange(channels)[None, :, None, None]
    return x[image, channel, rows[:, None, :, None], columns[:, None, None, :]]
