"""Progress on long work: a bar when a person watches, a plain line now and then when not."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from tqdm import tqdm

QUIET = 15.0
"""Seconds between two plain lines."""


class Progress:
    """Counts units of work on stderr."""

    def __init__(self, label: str, total: int, unit: str, done: int = 0) -> None:
        self.label, self.total, self.unit, self.done, self.first = label, total, unit, done, done
        self.start = self.said = time.monotonic()
        self.bar: tqdm[NoReturn] | None = None
        if sys.stderr.isatty():
            self.bar = tqdm(desc=label, total=total, initial=done, unit=f" {unit}", unit_scale=True)

    def advance(self, n: int) -> None:
        """`n` more units are done."""
        self.done = min(self.done + n, self.total)
        if self.bar is not None:
            self.bar.update(min(n, self.total - self.bar.n))
        elif time.monotonic() - self.said > QUIET:
            self.say()

    def say(self) -> None:
        """One plain line: how far, how fast, how long still."""
        self.said = time.monotonic()
        rate = (self.done - self.first) / max(self.said - self.start, 1e-9)
        left = (self.total - self.done) / max(rate, 1e-9)
        text = (
            f"{self.label}: {self.done:,} of {self.total:,} {self.unit}, {rate:,.0f} {self.unit}/s"
        )
        print(f"{text}, {clock(left)} left", file=sys.stderr, flush=True)


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


@contextmanager
def progress(
    label: str, total: int, unit: str, done: int = 0, short: bool = False
) -> Iterator[Progress]:
    """Progress over `total` units, `done` of which are there already; has a last line.

    short: often the work is, and if it was over before the first plain line, there is none at all.
    """
    it = Progress(label, total, unit, done)
    try:
        yield it
    finally:
        if it.bar is not None:
            it.bar.close()
        elif it.done > it.first and not (short and it.said == it.start):
            it.say()
