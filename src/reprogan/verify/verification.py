"""Every stage asked for, run again a few at a time; a table, and what explains a difference."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from ..component import ConfigError, unknown
from ..config import EXPERIMENT
from ..reading import read
from ..results import STEPS, is_entry
from .rerun import Verdict, rerun

STYLES = {"equal": "green", "differs": "bold red", "not run": "yellow", "failed": "bold red"}

DEFECT = "code, inputs, packages and machine are those that were recorded: this is a defect"

JOINS = ("track",)
"""Stages that are left out unless they are named: their outputs list what was found elsewhere."""


def entries(lock: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Entries of dvc.lock: of stages, or of rows, which stand for their three; by default all.

    Raises ConfigError for a name that is neither, with the valid ones.
    """
    if not lock.exists():
        raise ConfigError(f"{lock} is not there: run `dvc repro` first, and commit what it leaves")
    stages: dict[str, dict[str, Any]] = read(lock).get("stages", {})
    if not isinstance(stages, dict) or not all(map(is_entry, stages.values())):
        raise ConfigError(f"{lock} is not what DVC writes: git checkout {lock}")
    if not names:
        return {name: entry for name, entry in stages.items() if name not in JOINS}
    chosen = []
    for name in names:
        suffix = "" if name == EXPERIMENT else f"_variant@{name}"
        row = [step + suffix for step in STEPS if step + suffix in stages]
        if name not in stages and not row:
            raise ConfigError(unknown("stage", name, stages))
        chosen += [name] if name in stages and name != EXPERIMENT else row
    return {name: stages[name] for name in chosen}


def verify(here: Path, names: Sequence[str], jobs: int, keep: Path | None) -> list[Verdict]:
    """Verdicts on every output of the stages, in the order of dvc.lock; progress on stderr.

    Nothing below `here` is written. keep: where what the stages write stays; None: nowhere.
    """
    wanted = entries(here / "dvc.lock", names)
    console = Console(stderr=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="reprogan-verify-") as temporary:
        root = (keep or Path(temporary)).absolute()
        found: dict[str, list[Verdict]] = {}
        with ThreadPoolExecutor(jobs) as pool:
            futures = {
                pool.submit(rerun, here, name, entry, root / name.replace("@", "-")): name
                for name, entry in wanted.items()
            }
            for done in as_completed(futures):
                name = futures[done]
                found[name] = done.result()
                states = ", ".join(sorted({verdict.state for verdict in found[name]}))
                console.print(f"{len(found)} of {len(wanted)}  {name}: {states}", soft_wrap=True)
    return [verdict for name in wanted for verdict in found[name]]


def report(verdicts: Sequence[Verdict], explanation: Sequence[str]) -> None:
    """A line for each output on stdout, and what may explain differences."""
    console = Console(highlight=False, soft_wrap=True)
    pairs = [(verdict.stage, verdict.output) for verdict in verdicts]
    wide = [max(map(len, column)) for column in zip(*pairs, strict=True)]
    for verdict in verdicts:
        where = f"{verdict.stage:{wide[0]}}  {verdict.output:{wide[1]}}"
        state = f"[{STYLES[verdict.state]}]{verdict.state:7}[/]"
        console.print(f"{escape(where)}  {state}  {escape(verdict.text)}".rstrip())
    for line in explanation:
        console.print(f"  {escape(line)}")
    equal = sum(verdict.state == "equal" for verdict in verdicts)
    console.print(f"{equal} of {len(verdicts)} outputs are those of dvc.lock, bit for bit")


def explained(verdicts: Sequence[Verdict]) -> list[str]:
    """What may explain the differences, as far as is known; empty where nothing differs."""
    differing = [verdict for verdict in verdicts if verdict.state == "differs"]
    known = dict.fromkeys(reason for verdict in differing for reason in verdict.reasons)
    if differing and not known:
        return [DEFECT]
    return list(known)
