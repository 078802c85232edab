"""Where images come from, one source a file."""

from __future__ import annotations

from ..source import Source
from .cifar10 import Cifar10
from .digits import Digits
from .fashion_mnist import FASHION_MNIST
from .folder import Folder
from .kmnist import KMNIST
from .mnist import MNIST

SOURCES: dict[str, Source] = {
    "digits": Digits(),
    "mnist": MNIST,
    "fashion_mnist": FASHION_MNIST,
    "kmnist": KMNIST,
    "cifar10": Cifar10(),
    "folder": Folder(),
}
"""By `data.name`."""
