"""Tricks: name -> a change to a game that is neither its networks nor its objective."""

from __future__ import annotations

from typing import Annotated

from ..component import SeveralOf
from .average import Average
from .gradient_penalty import GradientPenalty
from .linear_decay import LinearDecay
from .spectral_norm import SpectralNorm
from .trick import Trick
from .weight_clip import WeightClip

TRICKS: dict[str, type[Trick]] = {
    "average": Average,
    "gradient_penalty": GradientPenalty,
    "linear_decay": LinearDecay,
    "spectral_norm": SpectralNorm,
    "weight_clip": WeightClip,
}

AnyTricks = Annotated[tuple[Trick, ...], SeveralOf(TRICKS)]
