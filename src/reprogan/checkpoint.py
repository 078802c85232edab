"""Weights and checkpoints as safetensors: deterministic bytes, whole files, never pickled."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save
from torch import Tensor

from .files import write
from .game import Game


def save_networks(game: Game, path: Path) -> None:
    """Every network of the game in one file, its tensors named NETWORK/TENSOR."""
    write(path, network_bytes(game, game.networks))


def network_bytes(game: Game, names: Iterable[str]) -> bytes:
    """Some of the game's networks as safetensors."""
    return save({
        f"{name}/{key}": value.detach().cpu().contiguous().clone()
        for name in names
        for key, value in game.networks[name].state_dict().items()
    })  # fmt: skip


def load_networks(game: Game, path: Path) -> None:
    """Fill the networks of a game that was built from the same configuration.

    Raises ValueError when the file is missing, is torn, or holds other tensors than the game.
    """
    load_tensors(game, path, game.networks)


def load_tensors(game: Game, path: Path, names: Iterable[str]) -> None:
    """The same for some of its networks."""
    if not path.is_file():
        raise ValueError(f"{path} not found: train this variant first")
    try:
        tensors = load(path.read_bytes())
    except SafetensorError as error:
        raise ValueError(
            f"{path} is not a whole safetensors file ({error}): train it again"
        ) from None
    for name in names:
        mine = {
            k.removeprefix(f"{name}/"): v for k, v in tensors.items() if k.startswith(f"{name}/")
        }
        try:
            game.networks[name].load_state_dict(mine)
        except RuntimeError as error:
            raise ValueError(f"{path} does not fit its configuration: {error}") from None


ABANDONED = 30 * 86400.0
"""Seconds after which the checkpoints of another run are taken for forgotten."""


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The latest states of one run, in a directory named by all that the run depends on.

    A file's name carries its step and the SHA-256 of its content, so that a torn one is found out.
    """

    directory: Path
    keep: int = 2

    def save(self, step: int, state: dict[str, Any]) -> Path:
        """Keep a state of tensors, numbers, strings, lists, tuples and dicts; drop the oldest."""
        tensors: dict[str, Tensor] = {}
        tree = json.dumps(encode(state, tensors))
        content = save(tensors, metadata={"tree": tree})
        digest = hashlib.sha256(content).hexdigest()[:16]
        path = self.directory / f"{step:010d}-{digest}.safetensors"
        write(path, content)
        for old in self.paths()[: -self.keep]:
            old.unlink(missing_ok=True)
        return path

    def latest(self) -> tuple[int, dict[str, Any]] | None:
        """The newest whole state and its step; a damaged one is named on stderr and passed over."""
        for path in reversed(self.paths()):
            step, _, digest = path.stem.partition("-")
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest()[:16] == digest:
                with safe_open(path, "pt") as file:
                    tree = json.loads(file.metadata()["tree"])
                return int(step), decode(tree, load(content))
            print(f"{path} is damaged; going back to the checkpoint before it", file=sys.stderr)
        return None

    def paths(self) -> list[Path]:
        """The checkpoints that are there, oldest first."""
        return sorted(self.directory.glob("[0-9]*.safetensors"))

    def clear(self) -> None:
        """Remove them all, once the run has ended well, and those that nobody has come back to."""
        shutil.rmtree(self.directory, ignore_errors=True)
        for other in self.directory.parent.glob("*/"):
            if time.time() - other.stat().st_mtime > ABANDONED:
                shutil.rmtree(other, ignore_errors=True)


def encode(value: Any, tensors: dict[str, Tensor]) -> Any:  # noqa: ANN401  a tree of JSON
    """A state as JSON that points into `tensors`, which it fills; keys keep their types."""
    if isinstance(value, Tensor):
        name = str(len(tensors))
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {"tensor": name}
    if isinstance(value, dict):
        return {"dict": [[encode(k, tensors), encode(v, tensors)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [encode(v, tensors) for v in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a checkpoint cannot keep a {type(value).__name__}")


def decode(tree: Any, tensors: dict[str, Tensor]) -> Any:  # noqa: ANN401  a tree of JSON
    """The state that `encode` made `tree` of."""
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    match kind:
        case "tensor":
            return tensors[content]
        case "dict":
            return {decode(k, tensors): decode(v, tensors) for k, v in content}
        case "list":
            return [decode(v, tensors) for v in content]
    return tuple(decode(v, tensors) for v in content)
