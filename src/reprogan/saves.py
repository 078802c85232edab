"""When a run is saved: facts of the machine, which change no bit of a result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Saves:
    """A checkpoint is due `seconds` after the last, and with each `images` real images (None: not).

    keep: how many of the latest are kept.
    """

    seconds: float = 30.0
    images: int | None = None
    keep: int = 2

    def due(self, seconds: float, shown: int, batch: int) -> bool:
        """Whether it is, so long after the last, with the last batch of `shown` images."""
        return seconds > self.seconds or reached(self.images, shown, batch)


def reached(every: int | None, shown: int, batch: int) -> bool:
    """Whether a multiple of `every` images is reached with a batch, the last of `shown`."""
    return every is not None and shown // every > (shown - batch) // every
