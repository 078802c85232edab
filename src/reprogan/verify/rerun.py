"""One stage run again in a folder of its own, from the inputs that dvc.lock has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..provenance import differences, load
from ..results import md5_of
from ..tracking.cached import cache_of, held, listed
from .comparison import difference

State = Literal["equal", "differs", "not run", "failed"]

CODE, SETTINGS = ("src", "requirements.lock"), ("params.yaml", "dvc.yaml", "dvc.lock")
"""What every stage imports or reads, beside its dependencies."""

LAST = 12
"""Lines of a stage that failed that are shown."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one output of a stage; `text` says how it differs, or why nothing can be said.

    reasons: what was another in the computation, where it differs.
    """

    stage: str
    output: str
    state: State
    text: str = ""
    reasons: tuple[str, ...] = ()


def rerun(here: Path, name: str, entry: Mapping[str, Any], folder: Path) -> list[Verdict]:
    """Run a stage of dvc.lock in `folder`; what each of its outputs is like.

    here: the repository, or a study in it, whose files and cache are read only. Inputs must be as
    dvc.lock has them.
    """
    outs = {out["path"]: out["md5"] for out in entry.get("outs", ())}
    deps = {dep["path"]: dep.get("md5", "") for dep in entry.get("deps", ())}
    root = root_of(here)
    if outer := [path for path in (*deps, *outs) if not within(root, here / path)]:
        text = f"{', '.join(outer)} is outside of {root}, and nothing is written there"
        return [Verdict(name, out, "not run", text) for out in outs]
    stale = [path for path, md5 in deps.items() if md5 and md5_of(here / path) != md5]
    if stale:
        text = f"{', '.join(stale)} not as dvc.lock has it: dvc checkout, or the commit of dvc.lock"
        return [Verdict(name, out, "not run", text) for out in outs]
    for path in (*CODE, *SETTINGS):
        copy(root / path, folder / path)
    folder = folder / here.relative_to(root)
    for path in (*SETTINGS, *deps):
        copy(here / path, folder / path)
    for path in outs:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S602  DVC's own command line
        entry["cmd"], shell=True, cwd=folder, env=environment(folder), check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        text = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LAST:])
        return [Verdict(name, out, "failed", text) for out in outs]
    return [verdict_on(here, name, out, md5, folder) for out, md5 in outs.items()]


def within(root: Path, path: Path) -> bool:
    """Whether a path, links apart, stays below a folder."""
    return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(root))  # noqa: PTH100


def root_of(here: Path) -> Path:
    """The repository that holds the code: `here`, or above it where that is a study."""
    return next((folder for folder in (here, *here.parents) if (folder / "src").is_dir()), here)


def verdict_on(here: Path, name: str, out: str, md5: str, folder: Path) -> Verdict:
    """Whether an output has the hash of dvc.lock, and if not, what is different in it."""
    if md5_of(folder / out) == md5:
        return Verdict(name, out, "equal")
    before = recorded(here, out, md5, folder / ".recorded")
    if before is None:
        text = "what was recorded is not here to compare, or is damaged: dvc pull"
    else:
        text = difference(before, folder / out)
    return Verdict(name, out, "differs", text, reasons(here, out, md5, folder))


def reasons(here: Path, out: str, md5: str, folder: Path) -> tuple[str, ...]:
    """What is another in `folder`'s record of the computation than in the repository's."""
    for path in (folder / "provenance").glob("*/*.json"):
        name = path.relative_to(folder).as_posix()
        before, now = load(here / name), load(path)
        if before.get("outputs", {}).get(out) != md5:
            return (f"{name} does not say where the {out} of dvc.lock was computed",)
        return tuple(differences(before, now))
    return ("this stage leaves no record of where it was computed",)


def recorded(here: Path, out: str, md5: str, place: Path) -> Path | None:
    """The output as dvc.lock has it: in the workspace, or copied from DVC's cache; else None.

    place: what is copied has the same path below it.
    """
    if md5_of(here / out) == md5:
        return here / out
    try:
        cache = cache_of(here)
        for name, of in listed(out, md5, cache).items():
            copy(held(of, cache), place / name)
    except (OSError, ValueError):  # there is none, or it is damaged
        return None
    return place / out


def copy(source: Path, target: Path) -> None:
    """A copy and no link, so that nothing that a stage does can reach the original."""
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def environment(folder: Path) -> dict[str, str]:
    """That of this process, with this Python first, and nothing that points back here."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DVC_", "MLFLOW_TRACKING"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, "PATH": path, "DVC_ROOT": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
