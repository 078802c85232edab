"""Games: name -> who plays whom, on what view of the data, and how an image is drawn."""

from __future__ import annotations

from typing import Annotated

from ..component import OneOf
from .laplacian import Laplacian
from .progressive import Progressive
from .rules import Rules
from .single import Single

GAMES: dict[str, type[Rules]] = {
    "single": Single,
    "laplacian": Laplacian,
    "progressive": Progressive,
}

AnyGame = Annotated[Rules, OneOf(GAMES)]
