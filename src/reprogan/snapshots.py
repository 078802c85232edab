"""Generators as they were on the way, kept for an evaluation once training is over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .checkpoint import load_tensors, network_bytes
from .files import write
from .game import Game


def generators_of(game: Game) -> list[str]:
    """Names of the networks that images are drawn with: generators, and averages of them."""
    drawn = [net for pair in game.pairs for net in (pair.generator.network, pair.published)]
    return [name for name, net in game.networks.items() if any(net is one for one in drawn)]


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Files in a folder, SHOWN-SHA256.safetensors, after each `every` real images; None: none.

    They are kept with the checkpoints until training is over, so a run that goes on has them.
    """

    folder: Path
    every: int | None

    def due(self, shown: int, batch: int) -> bool:
        """Whether a multiple of `every` was reached with this batch, the last of `shown` images."""
        return self.every is not None and shown // self.every > (shown - batch) // self.every

    def keep(self, game: Game, shown: int) -> None:
        """Write the generators as they are."""
        content = network_bytes(game, generators_of(game))
        digest = hashlib.sha256(content).hexdigest()[:16]
        write(self.folder / f"{shown:012d}-{digest}.safetensors", content)

    def publish(self, model: Path, batch: int, steps: int) -> None:
        """Copy all but that of the end, which is the model itself, to model/SHOWN.safetensors.

        Raises ValueError when one is missing or damaged: then the training must be run again.
        """
        for old in model.glob("*.safetensors"):
            old.unlink()
        for shown in (step * batch for step in range(1, steps)):
            if not self.due(shown, batch):
                continue
            found = next(self.folder.glob(f"{shown:012d}-*.safetensors"), None)
            content = b"" if found is None else found.read_bytes()
            if found is None or hashlib.sha256(content).hexdigest()[:16] != found.stem[13:]:
                raise ValueError(
                    f"the snapshot at {shown} images in {self.folder} is missing or damaged: remove"
                    f" {self.folder.parent} and train again"
                )
            write(model / f"{shown:012d}.safetensors", content)


def recall(game: Game, path: Path) -> None:
    """Fill the generators from a snapshot. Raises ValueError where it is none of this game."""
    load_tensors(game, path, generators_of(game))
