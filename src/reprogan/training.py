"""One training under way: resumed where it stood, watched, and saved so that nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .checkpoint import Checkpoints
from .game import Game
from .history import DivergenceError, History, refuse_ruined
from .interruption import Interrupted, interruptible
from .memory import naming_batch
from .progress import Progress, progress
from .resident import Resident
from .saves import Saves
from .snapshots import Snapshots
from .speed import Speed
from .trainer import train

SMALLER_BATCH = (
    "About {fits} would fit: set train.batch (-S train.batch={fits}). That is another experiment,"
    " not a setting of the machine: other batches have other gradients, and a budget in images more"
    " steps. On a GPU that nothing else uses, or a larger one, the batch may fit as it is"
)
"""What to do where a batch does not fit."""

FLUSH_STEPS = 200
"""Steps between two transfers from the device, each of which waits for it."""


@dataclass(slots=True)
class Training:
    """Where a game stands, what it has seen, and when and how it is saved.

    snapshots: of the generators, at fixed numbers of images, for figures of the way.
    """

    name: str
    game: Game
    history: History
    steps: int
    checkpoints: Checkpoints
    snapshots: Snapshots
    saves: Saves
    speed: Speed
    first: int = 0
    saved: str = "no checkpoint had been written"
    clock: float = field(default_factory=time.monotonic)

    def resume(self) -> None:
        """Go on from the latest whole checkpoint, if there is one."""
        batch = self.history.batch
        found = self.checkpoints.latest(self.snapshots.intact(batch, self.steps))
        if found is None:
            return
        self.first, state = found
        try:
            self.game.load_state_dict(state["game"])
            self.history.load_state_dict(state["history"])
        except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
            raise ValueError(
                f"{self.checkpoints.directory} holds the state of another training ({error!r}):"
                " remove it and run this again"
            ) from error
        self.saved = (
            f"the last good checkpoint is at step {self.first} in {self.checkpoints.directory}"
        )
        print(f"{self.name}: going on from step {self.first} of {self.steps}", flush=True)

    def save(self, step: int) -> None:
        """Keep all that it takes to go on after `step` steps."""
        self.flush(step)
        state = {"game": self.game.state_dict(), "history": self.history.state_dict()}
        path = self.checkpoints.save(step, state)
        self.saved = f"the last good checkpoint is at step {step}: {path}"
        self.clock = time.monotonic()

    def flush(self, step: int) -> None:
        """Wait for the device, take down how it has gone, and stop if it has gone wrong."""
        self.history.flush(over=step == self.steps)
        refuse_ruined(self.game, step)
        self.speed.mark(step)

    def play(self, data: Resident, seed: int) -> None:
        """To the end, or to the first bad loss, or until someone wishes to stop."""
        batch, total = self.history.batch, self.steps * self.history.batch
        try:
            with (
                interruptible() as wish,
                naming_batch(f"{self.name}: training", batch, data.x.device, SMALLER_BATCH),
                progress(self.name, total, "images", self.first * batch) as bar,
            ):
                self._steps(data.at, seed, bar, lambda: wish.signal is not None)
        except DivergenceError as error:
            raise DivergenceError(f"{self.name}: {error}; {self.saved}", error.step) from None

    def _steps(
        self, at: Callable[[int], Any], seed: int, bar: Progress, stop: Callable[[], bool]
    ) -> None:
        self.speed.start(self.first)
        for step, turns in train(self.game, at, steps=self.steps, seed=seed, first=self.first):
            self.history.add(step, turns)
            bar.advance(self.history.batch)
            shown = (step + 1) * self.history.batch
            if step + 1 < self.steps and self.snapshots.due(shown, self.history.batch):
                self.flush(step + 1)
                self.snapshots.keep(self.game, shown)
            if stop():
                self.save(step + 1)
                raise Interrupted(
                    f"{self.name} stopped at step {step + 1}; the same command goes on"
                )
            if self.saves.due(time.monotonic() - self.clock, shown, self.history.batch):
                self.save(step + 1)
            elif (step + 1) % FLUSH_STEPS == 0:
                self.flush(step + 1)
        self.flush(self.steps)
