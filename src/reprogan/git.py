"""Git, asked."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(here: Path, *words: str) -> str | None:
    """What git says in the folder `here`; None where it fails, or there is no git."""
    try:
        done = subprocess.run(  # noqa: S603  our own words
            ["git", *words], cwd=here, capture_output=True, check=False,  # noqa: S607
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
