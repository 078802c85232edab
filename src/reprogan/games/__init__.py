"""Games: name -> who plays whom, on what view of the data, and how their generators draw an image."""

from __future__ import annotations

from ..component import Component, one_of
from .single import Single

GAMES: dict[str, type[Component]] = {"single": Single}

AnyGame = one_of(GAMES)
