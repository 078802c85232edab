"""Objectives: name -> what critic and generator minimize, as functions of a round."""

from __future__ import annotations

from ..component import Component, one_of
from .hinge import Hinge
from .least_squares import LeastSquares
from .minimax import Minimax
from .non_saturating import NonSaturating
from .wasserstein import Wasserstein

OBJECTIVES: dict[str, type[Component]] = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
}

AnyObjective = one_of(OBJECTIVES)
