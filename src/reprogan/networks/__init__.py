"""Networks: name -> a matched generator and critic."""

from __future__ import annotations

from ..component import one_of
from .dcgan import Dcgan
from .mlp import Mlp
from .networks import Networks

NETWORKS: dict[str, type[Networks]] = {"dcgan": Dcgan, "mlp": Mlp}

AnyNetworks = one_of(NETWORKS)

__all__ = ["NETWORKS", "AnyNetworks", "Networks"]
