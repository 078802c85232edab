"""Stages in processes forked from one that has loaded everything, and what may befall them there.

A stage as a command of its own loads libraries for seconds; forked, it begins at once, so that a
suite can afford hundreds of faults, and each falls into the stage itself.
"""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from small import ROOT

STAGES = (
    "download",
    "normalize",
    "reference",
    "train",
    "sample",
    "evaluate",
    "leaderboard",
    "track",
)
LOADED = [
    *("reprogan.cli", "reprogan.config", "reprogan.provenance"),
    *(f"reprogan.stages.{stage}" for stage in STAGES),
    *("sklearn.datasets", "mlflow", "torch._dynamo"),
]

WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"}
"""Python's own names for what changes a directory, beside opening a file to write."""

os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT / 'tests' / 'faults'}"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(LOADED)

Fault = Callable[[Path], None]
"""Armed in the process of a stage before that begins, with the folder it works in."""


@dataclass(frozen=True)
class Ended:
    """How a stage's process ended: status, negative for a signal, and what it said."""

    status: int
    said: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL

    def well(self) -> Ended:
        assert self.status == 0, self.said
        return self


def stage(
    folder: Path,
    *words: str,
    fault: Fault | None = None,
    kill_after: float | None = None,
    **environment: str,
) -> Ended:
    """Run a stage in a folder, under a fault, or killed after so many seconds."""
    output = folder / ".said"
    status = forked(run, folder, words, fault, output, environment, kill_after=kill_after)
    said = output.read_text("utf-8", "replace") if output.exists() else ""
    output.unlink(missing_ok=True)
    return Ended(status, said)


def forked(target: Callable[..., None], *words: object, kill_after: float | None = None) -> int:
    """Call something in a process of its own; that process's exit status."""
    process = FORK.Process(target=target, args=words)
    process.start()
    process.join(kill_after)
    if process.is_alive():
        process.kill()
    process.join(120)
    assert process.exitcode is not None, f"{words} does not end"
    return process.exitcode


def run(
    folder: Path,
    words: Sequence[str],
    fault: Fault | None,
    output: Path,
    environment: dict[str, str],
) -> None:
    """Be the command, with its output in a file."""
    for name in [name for name in os.environ if name.startswith(("DVC", "MLFLOW", "REPROGAN"))]:
        del os.environ[name]
    os.environ |= environment | {"MLFLOW_DISABLE_TELEMETRY": "true"}
    os.chdir(folder)
    target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(target, 1), os.dup2(target, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", 1), os.fdopen(2, "w", 1)
    if fault is not None:
        fault(folder)
        os.chdir(folder)  # something may have been mounted there
    from reprogan.cli import app

    app(list(words))


@dataclass(frozen=True)
class AtWrite:
    """Something happens at the nth change of files in the folder; counted from 1.

    Files of Python's own are left out, and a database's, which are written beneath Python.
    """

    nth: int

    def __call__(self, folder: Path) -> None:
        seen = 0

        def look(event: str, args: tuple[object, ...]) -> None:
            nonlocal seen
            if changes(folder, event, args):
                seen += 1
                if seen == self.nth:
                    self.happen(event, Path(str(args[0])).absolute())

        sys.addaudithook(look)

    def happen(self, event: str, path: Path) -> None:
        raise NotImplementedError


def changes(folder: Path, event: str, args: tuple[object, ...]) -> bool:
    """Whether an event of Python's audit is about to change something in the folder."""
    if not args or not isinstance(args[0], str | os.PathLike):
        return False
    if event == "open":
        flags = args[2]
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    else:
        writes = event in WRITES
    return bool(writes) and Path(args[0]).absolute().is_relative_to(folder)


class Killed(AtWrite):
    """kill -9; a file that was being opened is left torn, as if killed in the midst of writing it."""

    def happen(self, event: str, path: Path) -> None:
        if event == "open":
            os.write(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), b"torn")
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Refused(AtWrite):
    """The system refuses it, this time."""

    number: int = errno.ENOSPC

    def happen(self, event: str, path: Path) -> None:
        raise OSError(self.number, os.strerror(self.number), str(path))


@dataclass(frozen=True)
class Counted(AtWrite):
    """Nothing happens; how many changes there are is written to `to` at the end."""

    nth: int
    to: Path

    def __call__(self, folder: Path) -> None:
        seen = 0
        handle = os.open(self.to, os.O_WRONLY | os.O_CREAT)

        def look(event: str, args: tuple[object, ...]) -> None:
            nonlocal seen
            if changes(folder, event, args):
                seen += 1
                os.pwrite(handle, b"%9d" % seen, 0)

        sys.addaudithook(look)
