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
    # layers and heads
    "spectral_norm": SpectralNorm,
    # what is played, and terms of the losses
    "gradient_penalty": GradientPenalty,
    # how images and targets reach the critic
    # what happens around an update
    "weight_clip": WeightClip,
    # schedules
    "linear_decay": LinearDecay,
    # copies of what all the others have shaped
    "average": Average,
}
"""In the order in which they are applied."""

AnyTricks = Annotated[tuple[Trick, ...], SeveralOf(TRICKS)]
