"""How fast a training went: a fact about the machine, kept outside all that is hashed."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path

from .files import write


@dataclass(slots=True)
class Speed:
    """Real images shown a second, between two marks."""

    batch: int
    lines: list[str] = field(default_factory=list)
    step: int = 0
    clock: float = field(default_factory=time.monotonic)

    def start(self, step: int) -> None:
        """From here on it counts."""
        self.step, self.clock = step, time.monotonic()

    def mark(self, step: int) -> None:
        """One more row, over the steps since the last mark, once the device has caught up."""
        seconds = time.monotonic() - self.clock
        if step > self.step and seconds > 0:
            rate = (step - self.step) * self.batch / seconds
            self.lines.append(f"{step},{rate:.6g}")
        self.start(step)

    def save(self, scratch: Path, weights: Path) -> None:
        """Keep the table where `speed_of` finds it."""
        write(speed_of(scratch, weights), "\n".join(["step,images_per_second", *self.lines, ""]))


def speed_of(scratch: Path, weights: Path) -> Path:
    """The table of the training that made these weights: step, images_per_second."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return scratch / "speed" / f"{digest[:24]}.csv"
