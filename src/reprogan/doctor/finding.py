"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing; `mend` is what to type, empty where there is nothing to do.

    A note changes no result; a fault does, or will stop a command.
    """

    about: str
    level: Level
    text: str
    mend: str = ""
