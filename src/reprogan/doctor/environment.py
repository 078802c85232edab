"""The installed packages against requirements.lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

from .finding import Finding

PINNED = re.compile(r"^[A-Za-z0-9].*==", re.MULTILINE)
SHOWN = 5
"""Packages that are named before the rest are counted."""


def check_environment(lock: Path) -> list[Finding]:
    """One finding: as locked, or which packages are not."""
    if not lock.exists():
        return [
            Finding("environment", "fault", f"{lock} is not there", "git checkout " + lock.name)
        ]
    wanted = dict(pins(lock.read_text("utf-8")))
    off = [text for name, pin in wanted.items() if (text := difference(name, pin))]
    if not off:
        return [Finding("environment", "good", f"{len(wanted)} packages as {lock.name} has them")]
    shown = "; ".join(off[:SHOWN]) + (f"; {len(off) - SHOWN} more" if len(off) > SHOWN else "")
    return [
        Finding(
            "environment", "fault", f"{shown}: bits may differ from the committed ones",
            "rm .venv/.complete && make env",
        )
    ]  # fmt: skip


def pins(text: str) -> Iterator[tuple[str, str]]:
    """(name, version) of each pin whose marker holds here."""
    for line in text.splitlines():
        if not PINNED.match(line):
            continue
        requirement = Requirement(line.removesuffix("\\").strip())
        if requirement.marker is None or requirement.marker.evaluate():
            yield requirement.name, str(requirement.specifier).removeprefix("==")


def difference(name: str, pin: str) -> str:
    """How the installed package differs from its pin; empty if it does not."""
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} {pin} is not installed"
    return "" if same(found, pin) else f"{name} is {found}, locked {pin}"


def same(found: str, pin: str) -> bool:
    """A build for another device, as in 2.13.0+cpu, is the same version."""
    return found == pin or found.partition("+")[0] == pin
