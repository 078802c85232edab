"""The train stage: normalized images in, weights, configuration and history out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from ..checkpoint import Checkpoints, save_networks
from ..data.imageset import UNLABELED, ImageSet
from ..data.resident import Resident
from ..device import prepare
from ..files import write
from ..game import Game
from ..history import Divergence, History
from ..interruption import Interrupted, interruptible
from ..progress import Progress, progress
from ..scratch import key_of
from ..settings import Train
from ..streams import INIT, seed_of
from ..trainer import train as play
from ..variant import Shape, Variant

FLUSH_ROWS = 20
"""Rows of history between two transfers from the device, each of which waits for it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts that change no result on the same kind of device, so they are options and not params.

    device: auto, cpu, cuda or cuda:i. scratch: where checkpoints go. save_every: seconds between them.
    """

    scratch: Path
    device: str = "auto"
    save_every: float = 30.0


def train(
    name: str, variant: Variant, settings: Train, steps: int, data: Path, model: Path, history: Path,
    machine: Machine,
) -> None:  # fmt: skip
    """Train `variant` for `steps` critic steps on data/train.npz and write `model` and `history`.

    A run that was killed goes on from its last checkpoint, if configuration, data, code and device
    are the same, and ends with the same bits. Raises Interrupted after SIGINT or SIGTERM,
    and Divergence at the first loss that is not finite.
    """
    device = prepare(machine.device, settings.threads)
    source = data / "train.npz"
    images = ImageSet.load(source)
    shape = shape_of(images)
    torch.manual_seed(seed_of(settings.seed, INIT, 0))
    game = variant.build(shape, device)
    stated = {
        "variant": variant.dump(), "shape": asdict(shape), "classes": list(images.classes),
        "train": settings.model_dump(mode="json"), "steps": steps,
    }  # fmt: skip
    facts = {**stated, "device": device.type, "torch": torch.__version__}
    run = Run(
        name, game, History.of(game, settings.history_every, settings.batch), steps,
        Checkpoints(machine.scratch / "checkpoints" / key_of(facts, source)), machine.save_every,
    )  # fmt: skip
    run.resume()
    x, y = torch.from_numpy(images.images).to(device), torch.from_numpy(images.labels).to(device)
    run.play(Resident(x, y, settings.batch, settings.seed), settings.seed)
    save_networks(game, model / "weights.safetensors")
    write(model / "config.json", (json.dumps(stated, indent=2) + "\n"))
    write(history, run.history.csv)
    run.checkpoints.clear()


def shape_of(images: ImageSet) -> Shape:
    """What the networks must be made for; classes count only when every image has one."""
    labeled = bool((images.labels != UNLABELED).all())
    _, channels, size, _ = images.images.shape
    return Shape(channels, size, len(images.classes) if labeled else 0)


@dataclass(slots=True)
class Run:
    """A game under way: where it stands, what it has seen, and how it is saved."""

    name: str
    game: Game
    history: History
    steps: int
    checkpoints: Checkpoints
    save_every: float
    first: int = 0
    saved: str = "no checkpoint had been written"
    clock: float = field(default_factory=time.monotonic)

    def resume(self) -> None:
        """Go on from the latest whole checkpoint, if there is one."""
        found = self.checkpoints.latest()
        if found is None:
            return
        self.first, state = found
        self.game.load_state_dict(state["game"])
        self.history.lines = state["history"]
        self.saved = f"the last good checkpoint is at step {self.first} in {self.checkpoints.directory}"
        print(f"{self.name}: going on from step {self.first} of {self.steps}", flush=True)

    def save(self, step: int) -> None:
        """Keep all that it takes to go on after `step` steps."""
        self.history.flush()
        state: dict[str, Any] = {"game": self.game.state_dict(), "history": self.history.lines}
        path = self.checkpoints.save(step, state)
        self.saved = f"the last good checkpoint is at step {step}: {path}"
        self.clock = time.monotonic()

    def play(self, data: Resident, seed: int) -> None:
        """To the end, or to the first bad loss, or until someone wishes to stop."""
        batch, total = self.history.batch, self.steps * self.history.batch
        try:
            with (
                interruptible() as wish,
                progress(self.name, total, "images", self.first * batch) as bar,
            ):
                self._steps(data.at, seed, bar, lambda: wish.signal is not None)
        except Divergence as error:
            raise Divergence(f"{self.name}: {error}; {self.saved}") from None

    def _steps(self, at: Callable[[int], Any], seed: int, bar: Progress, stop: Callable[[], bool]) -> None:
        every = self.history.every
        for step, turns in play(self.game, at, steps=self.steps, seed=seed, first=self.first):
            self.history.add(step, turns)
            bar.advance(self.history.batch)
            if (step + 1) % every:
                continue
            if stop():
                self.save(step + 1)
                raise Interrupted(f"{self.name} stopped at step {step + 1}; the same command goes on")
            if time.monotonic() - self.clock > self.save_every:
                self.save(step + 1)
            elif (step + 1) % (every * FLUSH_ROWS) == 0:
                self.history.flush()
        self.history.flush()
