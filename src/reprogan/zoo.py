"""Every stage of the pipeline, several at a time: DVC's own stages, each after what it depends on.

Training uses one thread, because bits depend on it, so it is the variants that run side by side.
Each stage is a `dvc repro --single-item`, which holds the repository's lock only while it reads and
writes dvc.lock.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from .doctor.torn import is_lock
from .files import write
from .git import git
from .reading import parse_json

if TYPE_CHECKING:
    from .board import Board

PATIENCE = 20.0
"""Seconds that stages are given to save their work after Ctrl-C."""

Graph = Mapping[str, frozenset[str]]
"""Stage -> the stages that it needs, in the order in which a serial `dvc repro` runs them."""


class StageError(ValueError):
    """Stages failed; the text has the last words of each."""


def plan(targets: Iterable[str] = ()) -> Graph:
    """The stages that `dvc repro TARGETS` would look at, by default all, from DVC itself."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro

    try:
        with Repo() as repo:
            wanted = collect_stages(repo, targets) or None
            graph = get_active_graph(repo.index.graph)
            return {
                stage.addressing: frozenset(need.addressing for need in graph.successors(stage))
                for stage in plan_repro(graph, wanted)
            }
    except DvcException as error:
        raise StageError(f"DVC cannot plan the pipeline: {error}") from error


@dataclass
class Zoo:
    """A plan under way: at most `jobs` stages at a time."""

    graph: Graph
    jobs: int
    board: Board
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    stopped: bool = False

    def play(self) -> None:
        """Run every stage, until one fails; then raises StageError once the running ones end."""
        left, done = list(self.graph), set[str]()
        with ThreadPoolExecutor(self.jobs) as pool:
            futures: dict[Future[bool], str] = {}
            try:
                while left or futures:
                    for stage in [s for s in left if self.graph[s] <= done and not self.failed]:
                        left.remove(stage)
                        futures[pool.submit(self.run, stage)] = stage
                    if not futures:
                        break
                    for future in wait(futures, return_when=FIRST_COMPLETED).done:
                        stage = futures.pop(future)
                        if future.result():
                            done.add(stage)
            except KeyboardInterrupt:
                self.stop()
                raise
        if self.failed:
            raise StageError("\n".join(["stages failed; what is done stays done:", *self.failed]))

    def run(self, stage: str) -> bool:
        """One stage in a DVC of its own; whether it ended well."""
        command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", stage]
        # A stage's `python` must be this one, whether or not its environment is activated.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        with self.lock:
            if self.stopped or self.failed:
                return False
            process = subprocess.Popen(  # noqa: S603  our own command
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                env=os.environ | {"PATH": path},
            )
            self.running[stage] = process
        self.board.say(stage, "running")
        with process:
            lines = []
            for line in process.stdout or ():
                lines.append(line.rstrip())
                self.board.say(stage, "running", line.strip())
        with self.lock:
            del self.running[stage]
        return self.ended(stage, process.returncode, lines)

    def ended(self, stage: str, status: int, lines: Sequence[str]) -> bool:
        """Take note of how a stage has ended."""
        if status:
            self.failed.append(f"  {stage}:\n    " + "\n    ".join(last_words(lines)))
            self.board.say(stage, "failed")
            return False
        fresh = any(line.startswith("Running stage") for line in lines)
        self.board.say(stage, "done" if fresh else "up to date")
        return True

    def stop(self) -> None:
        """Pass Ctrl-C on to the running stages, and wait until they have saved their work."""
        with self.lock:
            self.stopped = True
            processes = list(self.running.values())
        for process in processes:
            signal_group(process, signal.SIGINT)
        for process in processes:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                signal_group(process, signal.SIGKILL)


def signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Signal a process and all its children, unless they have ended."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextmanager
def stoppable() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP (a closed terminal) are what Ctrl-C is, unless ignored (nohup)."""
    others = [signal.SIGTERM, signal.SIGHUP]
    heard = [number for number in others if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, signal.default_int_handler) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def last_words(lines: Sequence[str]) -> Sequence[str]:
    """What a failed stage had to say: its own error if it gave one, else the end of its output."""
    errors = [i for i, line in enumerate(lines) if line.startswith("Error:")]
    return lines[errors[-1] :] if errors else lines[-15:]


@contextmanager
def in_order(lock: Path, graph: Graph, note: Path) -> Iterator[None]:
    """Within, entries are added to dvc.lock in any order; then they stand as in a serial run.

    note: keeps the entries that were there before, until a run has ended well, so that one that
    goes on after a stop leaves what an undisturbed one does.
    """
    before = noted(note) if note.exists() else list(parts(lock)[1])
    write(note, json.dumps(before))
    try:
        yield
    finally:
        if lock.exists():
            put_in_order(lock, before, graph)
    note.unlink()


def noted(note: Path) -> list[str]:
    """The entries that a run that was stopped has noted. Raises ValueError for another file."""
    try:
        names = parse_json(note.read_bytes())
    except ValueError as error:
        names = str(error)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{note} is damaged: remove it, and run the same command again")
    return names


def put_in_order(lock: Path, before: Sequence[str], graph: Graph) -> None:
    """Order dvc.lock as a serial run leaves it: the entries of `before`, then new ones.

    Where git's index has what the run has changed (DVC's core.autostage), it gets this too. One
    that a killed DVC has cut short stays as it is.
    """
    text = lock.read_text("utf-8")
    if not text.endswith("\n") or not is_lock(text):
        return
    head, blocks = parts(lock)
    order = [stage for stage in before if stage in blocks]
    order += [stage for stage in graph if stage in blocks and stage not in order]
    order += [stage for stage in blocks if stage not in order]
    if order != list(blocks):
        staged = is_staged(lock)
        write(lock, head + "".join(blocks[stage] for stage in order))
        if staged:
            git(lock.parent, "add", lock.name)


def is_staged(path: Path) -> bool:
    """Whether git's index has the file as it is, and the last commit has not."""
    changed, staged = (
        git(path.parent, "diff", *option, "--name-only", "--", path.name)
        for option in ([], ["--cached"])
    )
    return changed == "" and bool(staged)


def parts(lock: Path) -> tuple[str, dict[str, str]]:
    """The head of a dvc.lock and the text of each stage's entry, in order; none without a file.

    As text, because what a YAML reader and writer do to numbers is not what DVC's do.
    """
    text = lock.read_text("utf-8") if lock.exists() else ""
    head, *entries = re.split(r"^(?=  \S)", text, flags=re.MULTILINE)
    return head, {entry[: entry.index(":\n")].strip(): entry for entry in entries}
