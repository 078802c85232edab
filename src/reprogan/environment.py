"""The installed packages against requirements.lock."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

PINNED = re.compile(r"^[A-Za-z0-9].*==", re.MULTILINE)

SHOWN = 5
"""Packages that are named before the rest are counted."""

MEND = "rm .venv/.complete && make env"


def drift(lock: Path) -> dict[str, str]:
    """Package -> how what is installed differs from its pin, as "2.4.5, locked 2.4.6".

    A package that is not installed computes nothing, and is left out: extras are optional. Without
    a lock there is nothing to differ from.
    """
    found = {name: (installed(name), pin) for name, pin in pinned(lock).items()}
    return {name: f"{mine}, locked {pin}" for name, (mine, pin) in found.items()
            if mine and not same(mine, pin)}  # fmt: skip


def warn_of_drift(lock: Path) -> None:
    """A line on stderr where packages differ from the lock: then bits may, too."""
    off = [f"{name} is {how}" for name, how in drift(lock).items()]
    if off:
        text = f"warning: {listed(off)}: bits may differ from the committed ones; {MEND}"
        print(text, file=sys.stderr, flush=True)


def listed(words: list[str]) -> str:
    """The first few, and how many more."""
    more = len(words) - SHOWN
    return "; ".join(words[:SHOWN]) + (f"; {more} more" if more > 0 else "")


def pinned(lock: Path) -> dict[str, str]:
    """Package -> version; empty without a lock. Raises ValueError for one that is damaged."""
    try:
        return dict(pins(lock.read_bytes().decode("utf-8"))) if lock.exists() else {}
    except (ValueError, LookupError) as error:
        raise ValueError(f"{lock} is damaged ({error}): git checkout {lock}") from None


def pins(text: str) -> Iterator[tuple[str, str]]:
    """(name, version) of each pin whose marker holds here."""
    for line in text.splitlines():
        if not PINNED.match(line):
            continue
        requirement = Requirement(line.removesuffix("\\").strip())
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name, str(requirement.specifier).removeprefix("==")


def installed(name: str) -> str:
    """A package's version; empty where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def same(found: str, pin: str) -> bool:
    """A build for another device, as in 2.13.0+cpu, is the same version."""
    return found == pin or found.partition("+")[0] == pin
