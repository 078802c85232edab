"""What an evaluation wrote, read back whole or refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .ranking import PROTOCOL

REPORTED = ("features", "extractor_test_accuracy", "fid_floor", "fid_constant", "warning")
"""What tables say of samples beside their FID and its protocol."""


def load_mapping(path: Path, command: str) -> dict[str, Any]:
    """The mapping that `command` wrote as JSON. Raises ValueError when it is missing or damaged."""
    try:
        mapping: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: run `{command}` first") from None
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}): run `{command}` again") from None
    if not isinstance(mapping, dict):
        raise ValueError(f"{path} holds no figures: run `{command}` again")
    return mapping


def refuse_lacking(figures: Mapping[str, Any], path: Path, command: str) -> None:
    """Raise ValueError when figures lack what is told of all, or what they are compared by."""
    wanted = (*PROTOCOL, *REPORTED, f"fid_{figures.get('extractor')}")
    if lacking := [key for key in wanted if key not in figures]:
        raise ValueError(f"{path} lacks {', '.join(lacking)}: run `{command}` again")
