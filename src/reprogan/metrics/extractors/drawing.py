"""A network's first weights, drawn by a seed and nothing else."""

from __future__ import annotations

import torch

from ...data.imageset import ImageSet
from ...streams import INIT, seed_of
from .classifier import Classifier
from .convolutional import Convolutional
from .random_features import RandomFeatures


def drawn(settings: Classifier | RandomFeatures, train: ImageSet) -> Convolutional:
    """The network for these images with the weights of settings.seed; torch's own state is kept."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(settings.seed, INIT, 0))
        return settings.network(train.channels, train.size, len(train.classes))
