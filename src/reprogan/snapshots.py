"""Generators as they were on the way, kept for an evaluation once training is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .checkpoint import load_tensors, network_bytes
from .files import write
from .game import Game
from .saves import reached
from .sealed import number_of, seal, sealed, unseal


def generators_of(game: Game) -> list[str]:
    """Names of the networks that images are drawn with: generators, and averages of them."""
    drawn = [net for pair in game.pairs for net in (pair.generator.network, pair.published)]
    return [name for name, net in game.networks.items() if any(net is one for one in drawn)]


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Sealed files in a folder, one after each `every` real images shown; None: none.

    They are kept with the checkpoints until training is over, so a run that goes on has them.
    """

    folder: Path
    every: int | None

    def due(self, shown: int, batch: int) -> bool:
        """Whether a multiple of `every` was reached with this batch, the last of `shown` images."""
        return reached(self.every, shown, batch)

    def keep(self, game: Game, shown: int) -> None:
        """Write the generators as they are."""
        seal(self.folder, shown, network_bytes(game, generators_of(game)))

    def intact(self, batch: int, steps: int) -> int:
        """After how many steps a run of `steps` can go on: all due by then are here and whole."""
        found = self._found()
        for shown in self._all(batch, steps):
            if shown not in found or unseal(found[shown]) is None:
                return shown // batch - 1
        return steps

    def publish(self, model: Path, batch: int, steps: int) -> None:
        """Copy all but that of the end, which is the model itself, to model/SHOWN.safetensors.

        Raises ValueError when one is missing or damaged; the same command then trains it again.
        """
        for old in model.glob("*.safetensors"):
            old.unlink()
        found = self._found()
        for shown in self._all(batch, steps):
            content = unseal(found[shown]) if shown in found else None
            if content is None:
                raise ValueError(
                    f"the snapshot at {shown} images in {self.folder} is missing or damaged: run"
                    " it again, and it will be trained again from before there"
                )
            write(model / f"{shown:012d}.safetensors", content)

    def _all(self, batch: int, steps: int) -> Iterator[int]:
        """After how many images one is kept; that of the end is the model itself."""
        return (shown for shown in range(batch, steps * batch, batch) if self.due(shown, batch))

    def _found(self) -> dict[int, Path]:
        return {number_of(path): path for path in sealed(self.folder)}


def recall(game: Game, path: Path) -> None:
    """Fill the generators from a snapshot. Raises ValueError where it is none of this game."""
    load_tensors(game, path, generators_of(game))
