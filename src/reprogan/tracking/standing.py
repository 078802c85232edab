"""Which generators may be compared: those of one data set, by one figure of one protocol."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from ..metrics.ranking import PROTOCOL
from ..reading import parse_json
from ..results import Result
from .names import FIGURE, MODEL

STEM = "fid"
"""Of the figure that decides: the lower, the better."""

TAKEN = re.compile(r"\w[\w.\-]{,199}")
"""What may be part of a model's name in MLflow."""


def standing_of(result: Result, here: Path) -> dict[str, str]:
    """Tags: the registered model that its generator competes for, and the figure that decides.

    The model's name is DATA-SIZExSIZE-FIGURE-PROTOCOL, the last a hash of all that must be equal
    before two figures may be compared. No tags for a result without weights or without a card of
    its final checkpoint: nobody could tell what to compare it with. Raises ValueError, which names
    the card, where it is none.
    """
    card = here / "metrics" / "cards" / result.name / "final.json"
    weights = here / "models" / result.name / "weights.safetensors"
    if not (card.exists() and weights.exists() and {"name", "size"} <= result.data.keys()):
        return {}
    try:
        said = parse_json(card.read_bytes())
        known = [name for name, it in said["figures"].items()
                 if it["stem"] == STEM and it["value"] is not None]  # fmt: skip
        facts = json.dumps([said.get(key) for key in PROTOCOL], sort_keys=True)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{card} is no metric card: {error!r}") from None
    figure, size = next(iter(known), ""), result.data["size"]
    protocol = hashlib.sha256(facts.encode()).hexdigest()[:8]
    model = f"{result.data['name']}-{size}x{size}-{figure}-{protocol}"
    return {MODEL: model, FIGURE: figure} if figure and TAKEN.fullmatch(model) else {}
