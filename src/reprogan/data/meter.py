"""Bytes and files on their way, where their number may be unknown."""

from __future__ import annotations

import sys
from typing import NoReturn

from tqdm import tqdm


def meter(what: str, total: int | None, unit: str, done: int = 0) -> tqdm[NoReturn]:
    """A bar to be closed, to be told `.update(n)`; in a log file it is one line, said at once.

    total: in units, None where it is unknown. done: units that an earlier run has done.
    """
    terminal = sys.stderr.isatty()
    if not terminal:
        print(what, file=sys.stderr, flush=True)
    return tqdm(
        total=total,
        initial=done,
        desc=what,
        unit=unit,
        unit_scale=True,
        disable=not terminal,
        file=sys.stderr,
    )
