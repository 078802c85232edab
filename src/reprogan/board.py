"""What a person sees while the zoo runs: a line for each variant, live on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from .config import EXPERIMENT
from .progress import clock

STYLES = {
    "waiting": "dim",
    "running": "cyan",
    "done": "green",
    "up to date": "dim",
    "failed": "red",
}

OVER = ("done", "up to date", "failed")


def row_of(stage: str) -> str:
    """The variant that a stage works for, or the stage itself where it works for all."""
    step, variant, _ = parts_of(stage)
    return variant or (EXPERIMENT if step in ("train", "sample", "evaluate") else step)


def parts_of(stage: str) -> tuple[str, str, str]:
    """The step that a stage does, for which variant and with which seed; empty if for all.

    As in `download`, `train_variant@gan` or `trial@gan-0`.
    """
    step, _, what = stage.partition("@")
    variant, _, seed = what.partition("-")
    return step.removesuffix("_variant").removesuffix("_beyond"), variant, seed


class Board:
    """The states of stages, gathered by variant; a variant's line is printed when it is over."""

    def __init__(self, console: Console, stages: Iterable[str]) -> None:
        self.console, self.lock = console, Lock()
        self.rows: dict[str, dict[str, str]] = {}
        for stage in stages:
            self.rows.setdefault(row_of(stage), {})[stage] = "waiting"
        self.start: dict[str, float] = {}
        self.took: dict[str, float] = {}
        self.detail: dict[str, str] = {}

    def say(self, stage: str, state: str, detail: str = "") -> None:
        """A stage has begun, has something to say, or has ended."""
        with self.lock:
            now, row = time.monotonic(), row_of(stage)
            self.start.setdefault(stage, now)
            self.took[stage] = now - self.start[stage]
            self.rows[row][stage], self.detail[row] = state, detail
            if state in OVER:
                self.ended(row)

    def ended(self, row: str) -> None:
        """Print the row once all of its stages are over, or one has failed."""
        states = self.rows[row].values()
        if "failed" in states or all(state in OVER for state in states):
            self.console.print(f"{row:14} {self.summary(row)}", highlight=False, soft_wrap=True)

    def summary(self, row: str) -> str:
        """Each stage of a row with its state and time."""
        parts = []
        for stage, state in self.rows[row].items():
            spent = self.took.get(stage, 0.0)
            if state == "running":
                spent = time.monotonic() - self.start[stage]
            step, _, seed = parts_of(stage)
            label = state if step == row else f"{seed or step} {state}"
            clocked = "" if state == "waiting" else f" {clock(spent)}"
            parts.append(f"[{STYLES[state]}]{label}{clocked}[/]")
        return "  ".join(parts)

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to close."""


class LiveBoard(Board):
    """All rows at once, drawn anew a few times a second, with the latest that each has said."""

    def __init__(self, console: Console, stages: Iterable[str]) -> None:
        super().__init__(console, stages)
        self.live = Live(console=console, get_renderable=self.table, refresh_per_second=4)

    def ended(self, row: str) -> None:
        """The table shows it."""

    def table(self) -> Table:
        """A row for each variant."""
        table = Table(box=None, pad_edge=False, show_header=False)
        for row in self.rows:
            table.add_row(row, self.summary(row), escape(self.detail.get(row, "")))
        return table

    def __enter__(self) -> LiveBoard:
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state of the table on the screen."""
        self.live.stop()


def board(stages: Iterable[str]) -> Board:
    """Live where a person watches, lines where not."""
    console = Console()
    return LiveBoard(console, stages) if console.is_terminal else Board(console, stages)
