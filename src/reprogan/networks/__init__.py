"""Networks: name -> a matched generator and critic."""

from __future__ import annotations

from typing import Annotated

from ..component import OneOf
from .dcgan import Dcgan
from .mlp import Mlp
from .networks import Networks
from .progressive import Progressive
from .resnet import Resnet

NETWORKS: dict[str, type[Networks]] = {"dcgan": Dcgan, "mlp": Mlp, "resnet": Resnet, "progressive": Progressive}

AnyNetworks = Annotated[Networks, OneOf(NETWORKS)]

__all__ = ["NETWORKS", "AnyNetworks", "Networks"]
