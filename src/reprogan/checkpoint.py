"""Weights and checkpoints as safetensors: deterministic bytes, whole files, never pickled."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from .alone import if_alone
from .data.bounds import QUOTED
from .files import write
from .game import Game
from .sealed import number_of, seal, sealed, unseal


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
            f"{path} is not a whole safetensors file ({str(error)[:QUOTED]}): train it again"
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

    They are sealed files, so that a damaged one is found out. While `lock` is held, no other
    process uses them.
    """

    directory: Path
    keep: int = 2

    @property
    def lock(self) -> Path:
        """The lock of this run."""
        return self.directory.parents[1] / "locks" / self.directory.name

    def save(self, step: int, state: dict[str, Any]) -> Path:
        """Keep a state of tensors, numbers, strings, lists, tuples and dicts; drop the oldest."""
        path = seal(self.directory, step, pack(state))
        for old in self.paths()[: -self.keep]:
            old.unlink(missing_ok=True)
        return path

    def latest(self, until: int | None = None) -> tuple[int, dict[str, Any]] | None:
        """The newest whole state, up to a step, and its step.

        Those that are damaged or of a later step are named on stderr and passed over.
        """
        for path in reversed(self.paths()):
            step, state = number_of(path), unpack(unseal(path))
            if state is None:
                print(f"{path} is damaged; going back to what is before it", file=sys.stderr)
            elif until is not None and step > until:
                print(
                    f"{path} cannot be used: a snapshot before it is missing or damaged; going back"
                    " to what is before that",
                    file=sys.stderr,
                )
            else:
                return step, state
        return None

    def paths(self) -> list[Path]:
        """The checkpoints that are there, oldest first."""
        return sealed(self.directory)

    def clear(self) -> None:
        """Remove them all, once the run has ended well, and those that nobody has come back to."""
        shutil.rmtree(self.directory, ignore_errors=True)
        for other in forgotten(self.directory.parent):
            with if_alone(Checkpoints(other).lock) as unused:
                if unused:
                    shutil.rmtree(other, ignore_errors=True)


def forgotten(folder: Path) -> list[Path]:
    """The directories in it in which nothing has been written for so long."""
    found = []
    for other in folder.glob("*/"):
        with suppress(FileNotFoundError):  # its own run may just have ended
            if time.time() - other.stat().st_mtime > ABANDONED:
                found.append(other)
    return found


def pack(state: dict[str, Any]) -> bytes:
    """A state as safetensors; what is no tensor is JSON in its header."""
    tensors: dict[str, Tensor] = {}
    tree = json.dumps(encode(state, tensors))
    return save(tensors, metadata={"tree": tree})


def unpack(content: bytes | None) -> dict[str, Any] | None:
    """The state that `pack` made content of; None for what it cannot have made."""
    if content is None:
        return None
    try:
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        state = decode(json.loads(header["__metadata__"]["tree"]), tensors)
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return state if isinstance(state, dict) else None


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
        case "tuple":
            return tuple(decode(v, tensors) for v in content)
    raise ValueError(f"a checkpoint holds no {kind}")
