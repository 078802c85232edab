"""Which generators may be compared: those of one data set, by one figure of one protocol."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ..metrics.ranking import PROTOCOL
from ..results import Result
from .names import FIGURE, MODEL

STEM = "fid"
"""Of the figure that decides: the lower, the better."""


def standing_of(result: Result, here: Path) -> dict[str, str]:
    """Tags: the registered model that its generator competes for, and the figure that decides.

    The model's name is DATA-SIZExSIZE-FIGURE-PROTOCOL, the last a hash of all that must be equal
    before two figures may be compared. No tags for a result without weights or without a card of
    its final checkpoint: nobody could tell what to compare it with.
    """
    card = here / "metrics" / "cards" / result.name / "final.json"
    weights = here / "models" / result.name / "weights.safetensors"
    if not (card.exists() and weights.exists() and {"name", "size"} <= result.data.keys()):
        return {}
    said = json.loads(card.read_text("utf-8"))
    figure = next((name for name, it in said["figures"].items() if it["stem"] == STEM), None)
    if figure is None or said["figures"][figure]["value"] is None:
        return {}
    facts = json.dumps([said.get(key) for key in PROTOCOL], sort_keys=True)
    protocol = hashlib.sha256(facts.encode()).hexdigest()[:8]
    size = result.data["size"]
    return {MODEL: f"{result.data['name']}-{size}x{size}-{figure}-{protocol}", FIGURE: figure}
