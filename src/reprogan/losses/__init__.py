"""Objectives: name -> what critic and generator minimize, as functions of a round."""

from __future__ import annotations

from typing import Annotated

from ..component import OneOf
from .energy_margin import EnergyMargin
from .hinge import Hinge
from .least_squares import LeastSquares
from .minimax import Minimax
from .non_saturating import NonSaturating
from .objective import Objective
from .relativistic import Relativistic
from .wasserstein import Wasserstein

OBJECTIVES: dict[str, type[Objective]] = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic": Relativistic,
    "energy_margin": EnergyMargin,
}

AnyObjective = Annotated[Objective, OneOf(OBJECTIVES)]
