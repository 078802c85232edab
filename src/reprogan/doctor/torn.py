"""Files that a kill leaves half-written, and with which DVC runs no stage any more."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from pathlib import Path

from ..git import git
from ..reading import parse_json, parse_yaml
from .finding import Finding

AT_WORK, LOCK = Path(".dvc/tmp/rwlock"), Path("dvc.lock")
"""Which process works on which path, and what was computed from what: rewritten in place by DVC."""

PATIENCE = 5.0
"""Seconds that a DVC at work is given to end what it writes; dvc.lock takes it .6."""

Validate = Callable[[object], object]


def check_torn(here: Path) -> list[Finding]:
    """A finding for each; none where all is well."""
    from dvc.rwlock import SCHEMA
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA

    index = git(here, "rev-parse", "--git-path", "index.lock")
    found = []
    if index and stays(lambda: (here / index).exists()):
        text = f"{index} is left by a kill: remove it once neither git nor DVC is at work here"
        found.append(Finding("git", "fault", text, f"rm {shlex.quote(index)}"))
    if stays(lambda: torn(here / AT_WORK, parse_json, SCHEMA)):
        text = f"{AT_WORK} is cut short by a kill: remove it once no DVC is at work here"
        found.append(Finding("dvc", "fault", text, f"rm {AT_WORK}"))
    if stays(lambda: torn(here / LOCK, parse_yaml, COMPILED_LOCKFILE_SCHEMA)):
        text = f"{LOCK} is cut short by a kill, or has conflicts; what it knew of is in DVC's cache"
        found.append(Finding("dvc.lock", "fault", text, restore(here)))
    return found


def restore(here: Path) -> str:
    """What brings back a whole dvc.lock: the last that DVC has staged, or else none."""
    if git(here, "ls-files", "--unmerged", str(LOCK)):
        return f"git checkout HEAD {LOCK}"
    return f"git checkout {LOCK}" if git(here, "ls-files", str(LOCK)) else f"rm {LOCK}"


def stays(wrong: Callable[[], bool]) -> bool:
    """Whether it is wrong, and nobody is about to end that."""
    deadline = time.monotonic() + PATIENCE
    while wrong():
        if time.monotonic() > deadline:
            return True
        time.sleep(PATIENCE / 20)
    return False


def torn(path: Path, parse: Callable[[str], object], validate: Validate) -> bool:
    """Whether the file is there, and is not what DVC writes."""
    from voluptuous import Invalid

    try:
        validate(parse(path.read_text("utf-8")))
    except FileNotFoundError:
        return False
    except (ValueError, Invalid):
        return True
    return False
