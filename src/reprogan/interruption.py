"""SIGINT and SIGTERM as a wish to stop at the end of a step, not as an exception in its midst."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(Exception):  # noqa: N818  asked for, so no error
    """The run was asked to stop and has saved what it takes to go on."""


class Wish:
    """Whether someone has asked to stop."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def take(self, number: int, _: FrameType | None) -> None:
        """Remember the signal; a second one of the kind acts as it does by default."""
        self.signal = signal.Signals(number)
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def interruptible() -> Iterator[Wish]:
    """Within, the two signals only set the wish; what they did before is restored at the end."""
    wish = Wish()
    before = {s: signal.signal(s, wish.take) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
