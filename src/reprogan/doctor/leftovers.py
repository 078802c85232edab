"""Outputs and entries of dvc.lock that no stage of dvc.yaml makes any more."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterable
from pathlib import Path

from ..component import ConfigError
from ..reading import read
from .finding import Finding

FOLDERS = (
    "models", "samples", "metrics/cards", "metrics/curves", "metrics/eval", "metrics/history",
    "metrics/represent",
)  # fmt: skip
"""Where every file or folder is the output of a stage."""

IGNORED = (".gitignore", ".gitkeep")


def check_leftovers(here: Path, stages: Iterable[str], outs: Iterable[str]) -> list[Finding]:
    """What joins would still depend on, and what dvc.lock still lists.

    stages: names of those of dvc.yaml, as dvc.lock has them. outs: paths that they write.
    """
    known, written = set(stages), set(outs)
    stray = sorted(stray_outputs(here, written))
    entries = sorted(set(locked(here / "dvc.lock")) - known)
    found = []
    if stray:
        text = f"no stage makes {', '.join(stray)}, and joins depend on the folders"
        found.append(Finding("outputs", "fault", text, f"rm -r {shlex.join(stray)}"))
    if entries:
        text = f"dvc.lock has entries of no stage: {', '.join(entries)}"
        found.append(Finding("dvc.lock", "note", text, "reprogan doctor --tidy"))
    return found or [Finding("outputs", "good", "each is made by a stage of dvc.yaml")]


def stray_outputs(here: Path, written: set[str]) -> Iterable[str]:
    """Files and folders in FOLDERS that are no output, nor part of one, nor lead to one."""
    for folder in FOLDERS:
        for path in (here / folder).glob("*"):
            name = path.relative_to(here).as_posix()
            part = any(name.startswith(f"{out}/") or out.startswith(f"{name}/") for out in written)
            if path.name not in IGNORED and name not in written and not part:
                yield name


def locked(lock: Path) -> dict[str, object]:
    """The entries of dvc.lock by stage."""
    stages = read(lock).get("stages", {}) if lock.exists() else {}
    if not isinstance(stages, dict):
        raise ConfigError(f"{lock} is not what DVC writes: git checkout {lock}")
    return stages


def tidy(lock: Path, stages: Iterable[str]) -> list[str]:
    """Remove the entries of no stage from dvc.lock; their names."""
    from ruamel.yaml import YAML

    from ..files import write

    known = set(stages)
    gone = [name for name in locked(lock) if name not in known]
    if gone:
        reader = YAML()
        table = reader.load(lock.read_text("utf-8"))
        for name in gone:
            del table["stages"][name]
        text = io.StringIO()
        reader.dump(table, text)
        write(lock, text.getvalue())
    return gone
