"""Metrics: name -> declaration of figures that are computed of features."""

from __future__ import annotations

from typing import Annotated

from ...component import SeveralOf
from .classes import Classes
from .conditional import Conditional
from .fid import Fid
from .fid_infinity import FidInfinity
from .inception_score import InceptionScore
from .kid import Kid
from .memorization import Memorization
from .metric import Metric
from .modes import Modes
from .precision_recall import PrecisionRecall

METRICS: dict[str, type[Metric]] = {
    "fid": Fid,
    "inception_score": InceptionScore,
    "classes": Classes,
    "modes": Modes,
    "kid": Kid,
    "precision_recall": PrecisionRecall,
    "memorization": Memorization,
    "conditional": Conditional,
    "fid_infinity": FidInfinity,
}

AnyMetrics = Annotated[tuple[Metric, ...], SeveralOf(METRICS)]
