"""Files that a kill leaves half-written, and with which DVC runs no stage any more."""

from __future__ import annotations

import os
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


def check_git_locks(here: Path) -> list[Finding]:
    """A finding for each file that git makes while it writes another; none where all is well."""
    folder = git(here, "rev-parse", "--absolute-git-dir")
    found = []
    for path in sorted(Path(folder).glob("*.lock")) if folder else ():
        if stays(path.exists):
            name = os.path.relpath(path, here)
            text = f"{name} is there: git is at work, or was killed at it; then remove it"
            found.append(Finding("git", "fault", text, f"rm {shlex.quote(name)}"))
    return found


def check_torn(here: Path, folder: Path = Path()) -> list[Finding]:
    """A finding for each file of the DVC repository in `here / folder`; none where all is well.

    Raises nothing for one that cannot be read: DVC says why.
    """
    at_work, lock, found = folder / AT_WORK, folder / LOCK, []
    if stays(lambda: torn(here / at_work, is_at_work)):
        text = f"{at_work} is cut short by a kill: remove it once no DVC is at work here"
        found.append(Finding("dvc", "fault", text, f"rm {shlex.quote(str(at_work))}"))
    if stays(lambda: torn(here / lock, is_lock)):
        text = f"{lock} is cut short by a kill, or has conflicts; what it knew of is in DVC's cache"
        found.append(Finding("dvc.lock", "fault", text, restore(here, lock)))
    return found


def restore(here: Path, lock: Path) -> str:
    """What brings back a whole dvc.lock: that which DVC has staged, the last commit's, or none."""
    for revision, words in (("", "git checkout"), ("HEAD", "git checkout HEAD")):
        text = git(here, "show", f"{revision}:./{lock.as_posix()}")
        if text is not None and is_lock(text):
            return f"{words} {shlex.quote(str(lock))}"
    return f"rm {shlex.quote(str(lock))}"


def stays(wrong: Callable[[], bool]) -> bool:
    """Whether it is wrong, and nobody is about to end that."""
    deadline = time.monotonic() + PATIENCE
    while wrong():
        if time.monotonic() > deadline:
            return True
        time.sleep(PATIENCE / 20)
    return False


def torn(path: Path, whole: Callable[[str], bool]) -> bool:
    """Whether the file is there, and is not whole."""
    try:
        return not whole(path.read_text("utf-8"))
    except UnicodeDecodeError:
        return True
    except OSError:
        return False


def is_at_work(text: str) -> bool:
    """Whether DVC can read it as its list of who works on what."""
    from dvc.rwlock import SCHEMA

    return fits(lambda: SCHEMA(parse_json(text)))


def is_lock(text: str) -> bool:
    """Whether DVC can read it as a dvc.lock."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA

    return fits(lambda: COMPILED_LOCKFILE_SCHEMA(parse_yaml(text)))


def fits(read: Callable[[], object]) -> bool:
    """Whether it can be parsed, and has the form."""
    from voluptuous import Invalid

    try:
        read()
    except (ValueError, Invalid):
        return False
    return True
