"""Tasks of DVC's queue whose process is gone: `Running` for ever, and nothing runs them."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .finding import Finding

EXPERIMENTS = Path(".dvc/tmp/exps")
"""Where DVC has the folders that tasks run in, and below `run` one with notes on each."""


@dataclass(frozen=True, slots=True)
class Dead:
    """A task. name: of its experiment; place: the folder that it ran in."""

    name: str
    pid: int
    place: Path


def check_queue(here: Path) -> list[Finding]:
    """A finding for each; none where all is well."""
    return [
        Finding(
            "queue", "note",
            f"{it.name} was run by process {it.pid}, which is gone: no worker will take it up;"
            " queue it again, and it goes on from its last checkpoint",
            f"dvc queue kill {shlex.quote(it.name)} && dvc queue remove {shlex.quote(it.name)}"
            f" && rm -rf {shlex.quote(str(it.place))}",
        )
        for it in dead(here)
    ]  # fmt: skip


def dead(here: Path) -> Iterator[Dead]:
    """Those that have begun, have not ended, and whose process is not there.

    Each ran in a folder of its own; what ran in the workspace is none of the queue's.
    """
    experiments = (here / EXPERIMENTS).absolute()
    for path in sorted(experiments.glob("run/*/*.json")):
        try:
            process = json.loads(path.read_text("utf-8"))
            run = json.loads(path.with_suffix(".run").read_text("utf-8"))
            task = Dead(str(run["name"]), int(process["pid"]), Path(run["root_dir"]))
            ended = process["returncode"] is not None
        except (OSError, ValueError, KeyError, TypeError):
            continue  # DVC is writing it, or writes it otherwise by now
        if task.place.parent == experiments and not ended and not lives(task.pid):
            yield task


def lives(pid: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True
