"""How the random_features extractor is made: weights from a seed, norms from real images."""

from __future__ import annotations

import torch
from torch import nn

from ...data.imageset import ImageSet
from ...streams import ORDER, generator_of
from ..features import CHUNK
from .convolutional import Convolutional
from .drawing import drawn
from .random_features import RandomFeatures


def calibrate(settings: RandomFeatures, train: ImageSet) -> Convolutional:
    """The network whose batch norms hold the mean statistics of chunks of real images."""
    network = drawn(settings, train)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.momentum = None  # a plain mean over all chunks
    network.train()
    rows = generator_of(settings.seed, ORDER, 0).permutation(len(train))[: settings.images]
    parts = max(1, len(rows) // CHUNK)
    with torch.no_grad():
        for start in range(parts):
            network(torch.from_numpy(train.images[rows[start::parts]]))
    return network
