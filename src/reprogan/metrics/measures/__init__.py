"""Metrics: name -> declaration of figures that are computed of features."""

from __future__ import annotations

from typing import Annotated

from ...component import SeveralOf
from .classes import Classes
from .fid import Fid
from .inception_score import InceptionScore
from .metric import Metric
from .modes import Modes

METRICS: dict[str, type[Metric]] = {
    "fid": Fid,
    "inception_score": InceptionScore,
    "classes": Classes,
    "modes": Modes,
}

AnyMetrics = Annotated[tuple[Metric, ...], SeveralOf(METRICS)]
