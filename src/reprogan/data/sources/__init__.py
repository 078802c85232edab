"""Where images come from, one source a file."""

from __future__ import annotations

from ..source import Source
from .cifar10 import Cifar10
from .digits import Digits
from .fashion_mnist import FASHION_MNIST
from .folder import Folder
from .gaussians25 import GAUSSIANS25
from .kmnist import KMNIST
from .mnist import MNIST
from .ring8 import RING8
from .stacked_digits import STACKED_DIGITS
from .stacked_mnist import STACKED_MNIST
from .swiss_roll import SWISS_ROLL

SOURCES: dict[str, Source] = {
    "digits": Digits(),
    "mnist": MNIST,
    "fashion_mnist": FASHION_MNIST,
    "kmnist": KMNIST,
    "cifar10": Cifar10(),
    "folder": Folder(),
    "stacked_digits": STACKED_DIGITS,
    "stacked_mnist": STACKED_MNIST,
    "gaussians25": GAUSSIANS25,
    "ring8": RING8,
    "swiss_roll": SWISS_ROLL,
}
"""By `data.name`."""
