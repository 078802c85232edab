"""The installed packages against requirements.lock."""

from __future__ import annotations

from pathlib import Path

from ..environment import MEND, drift, installed, listed, pinned
from .finding import Finding


def check_environment(lock: Path) -> list[Finding]:
    """One finding: as locked, or which packages are not."""
    if not lock.exists():
        return [
            Finding("environment", "fault", f"{lock} is not there", "git checkout " + lock.name)
        ]
    try:
        wanted = pinned(lock)
        if not wanted:
            raise ValueError(f"{lock} names no package")
    except ValueError as error:
        return [Finding("environment", "fault", str(error), "git checkout " + lock.name)]
    off = [f"{name} is {how}" for name, how in drift(lock).items()]
    off += [f"{name} {pin} is not installed" for name, pin in wanted.items() if not installed(name)]
    if not off:
        return [Finding("environment", "good", f"{len(wanted)} packages as {lock.name} has them")]
    text = f"{listed(off)}: bits may differ from the committed ones"
    return [Finding("environment", "fault", text, MEND)]
