"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing; `mend` is what to type.

    A note changes no result; a fault does, or will stop a command, and always has a mend. A note
    without one says that nothing is to be done.
    """

    about: str
    level: Level
    text: str
    mend: str = ""
