"""What a generator's noise is drawn from."""

from __future__ import annotations

import math
from typing import Literal

Prior = Literal["normal", "uniform", "unit_uniform", "white_uniform"]
"""normal: of mean 0 and variance 1, as white_uniform is too. All but it are uniform in BOUNDS."""

BOUNDS = {
    "uniform": (-1.0, 1.0),  # Radford et al. 2016
    "unit_uniform": (0.0, 1.0),  # Mirza & Osindero 2014
    "white_uniform": (-math.sqrt(3), math.sqrt(3)),  # the code of Goodfellow et al. 2014
}
