"""How many faults, and which: set by the environment, the same each time for one seed."""

from __future__ import annotations

import os
import random

SEED = int(os.environ.get("REPROGAN_FAULTS_SEED", "0"))
KILLS = int(os.environ.get("REPROGAN_FAULTS", "7"))
"""Faults of one kind on one stage."""


def chances(*of: object) -> random.Random:
    """Chances of one test, whichever others run."""
    return random.Random(f"{SEED} {of}")


def some(numbers: range, *of: object) -> list[int]:
    """As many of them as there may be faults, in order; all where there are no more."""
    if len(numbers) <= KILLS:
        return list(numbers)
    return sorted(chances(*of).sample(numbers, KILLS))
