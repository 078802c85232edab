"""Images of a trained model: image i is a function of the weights, of a seed and of i."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .checkpoint import load_networks
from .device import prepare
from .game import Game
from .resident import to_bytes
from .variant import Shape, Variant

CHUNK = 100
"""Images in one forward pass, always: an image's bits depend on the shape of its pass."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained game on its device, and how many classes its generators are told (0: none)."""

    game: Game
    shape: Shape
    told: int
    device: torch.device

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> Model:
        """Read what the train stage wrote. Raises ValueError when it is missing or damaged."""
        path = folder / "config.json"
        stated = read_config(path)
        try:
            shape, variant = Shape(**stated["shape"]), Variant.parse(stated["variant"])
            where = prepare(device, stated["train"]["threads"])
            batch = stated["train"]["batch"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path} is of another version ({error}): train it again") from None
        game = variant.build(shape, batch, where)
        load_networks(game, folder / "weights.safetensors")
        return cls(game, shape, shape.classes if variant.game.conditional else 0, where)

    def images(self, seed: int, count: int) -> Iterator[npt.NDArray[np.uint8]]:
        """Images 0 to count - 1 in parts of up to CHUNK: (n, C, H, W) uint8."""
        for first in range(0, count, CHUNK):
            drawn = draw(self.game, seed, range(first, first + CHUNK), self.told, self.device)
            yield to_bytes(drawn).cpu().numpy()[: count - first]

    def labels(self, count: int) -> npt.NDArray[np.int64]:
        """The class that each image was told, i modulo the number of classes; -1 for none."""
        numbers = np.arange(count, dtype=np.int64)
        return numbers % self.told if self.told else np.full_like(numbers, -1)


def draw(game: Game, seed: int, images: range, told: int, device: torch.device) -> Tensor:
    """(len(images), C, H, W) float32 in [-1, 1] on the device."""
    z = [pair.latent.of(seed, images, k).to(device) for k, pair in enumerate(game.pairs)]
    given = torch.tensor([i % told for i in images], device=device) if told else None
    return game.sample(z, given)


def read_config(path: Path) -> dict[str, Any]:
    """The resolved configuration beside a model's weights."""
    try:
        stated: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path} not found: train this variant first") from None
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}): train this variant again") from None
    return stated
