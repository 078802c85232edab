"""Networks: name -> a matched generator and critic."""

from __future__ import annotations

from typing import Annotated

from ..component import OneOf
from .autoencoder import Autoencoder
from .dcgan import Dcgan
from .laplacian import Laplacian
from .mlp import Mlp
from .networks import Networks
from .progressive import Progressive
from .resnet import Resnet

NETWORKS: dict[str, type[Networks]] = {
    "dcgan": Dcgan,
    "mlp": Mlp,
    "autoencoder": Autoencoder,
    "laplacian": Laplacian,
    "resnet": Resnet,
    "progressive": Progressive,
}

AnyNetworks = Annotated[Networks, OneOf(NETWORKS)]

__all__ = ["NETWORKS", "AnyNetworks", "Networks"]
