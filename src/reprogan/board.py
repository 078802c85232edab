"""What a person sees while the zoo runs: a live table on a terminal, a line per event elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from .progress import clock

STYLES = {"running": "cyan", "done": "green", "up to date": "dim", "failed": "bold red"}


class Lines:
    """One line whenever a stage ends."""

    def __init__(self, console: Console) -> None:
        self.console, self.lock = console, Lock()
        self.start: dict[str, float] = {}

    def say(self, stage: str, state: str, detail: str = "") -> None:
        """A stage has begun, has something to say, or has ended."""
        with self.lock:
            now = time.monotonic()
            first = self.start.setdefault(stage, now)
            self.show(stage, state, detail, now - first)

    def show(self, stage: str, state: str, detail: str, seconds: float) -> None:
        """Ends only: what a stage says in between would drown them."""
        if state != "running":
            self.console.print(f"{stage:28} {state:11} {clock(seconds)}", highlight=False)

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Nothing is left to close."""


class LiveTable(Lines):
    """A row for each stage, with the latest that it said."""

    def __init__(self, console: Console, stages: Iterable[str]) -> None:
        super().__init__(console)
        self.rows: dict[str, tuple[str, str, float | None]] = dict.fromkeys(stages, ("", "", None))
        self.live = Live(console=console, get_renderable=self.table, refresh_per_second=4)

    def show(self, stage: str, state: str, detail: str, seconds: float) -> None:
        """Keep the row; the table is drawn a few times a second."""
        self.rows[stage] = (state, detail, None if state == "running" else seconds)

    def table(self) -> Table:
        """The rows of what has begun."""
        table = Table("stage", "state", "time", "", box=None, pad_edge=False)
        for stage, (state, detail, seconds) in self.rows.items():
            if state:
                spent = time.monotonic() - self.start[stage] if seconds is None else seconds
                said = detail if state == "running" else ""
                style = STYLES[state]
                table.add_row(stage, f"[{style}]{state}[/]", clock(spent), said, style=None)
        return table

    def __enter__(self) -> LiveTable:
        self.live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last state of the table on the screen."""
        self.live.__exit__(kind, error, trace)


def board(stages: Iterable[str]) -> Lines:
    """The table where a person watches, lines where not."""
    console = Console()
    return LiveTable(console, stages) if console.is_terminal else Lines(console)
