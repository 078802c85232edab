"""Uniform noise that fills the steps between bytes. Code of Gulrajani et al. 2017 on CIFAR-10."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Batch, Game
    from ..variant import Variant


class Dequantize(Trick):
    """Byte b of a real image becomes b / 128 - 1 + U[0, 1/128): the 256 steps tile [-1, 1)."""

    name: Literal["dequantize"] = "dequantize"

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse games that show other images than those of the data: those are no bytes."""
        if variant.game.name != "single":
            raise ValueError(
                f"tricks: {self.name} fills the steps between bytes, and the game"
                f" {variant.game.name} shows means of bytes"
            )

    def apply(self, game: Game) -> None:
        """One more thing done to every batch of real images."""
        for pair in game.pairs:
            pair.also_view(dequantized)


def dequantized(batch: Batch) -> Batch:
    """The batch with noise of its own in every pixel."""
    labeled = batch.labeled and (spread(batch.labeled[0]), batch.labeled[1])
    return replace(batch, x=spread(batch.x), labeled=labeled)


def spread(x: Tensor) -> Tensor:
    """From x = b / 127.5 - 1 to b / 128 - 1 + U[0, 1/128)."""
    import torch

    return x * (255 / 256) - 1 / 256 + torch.rand_like(x) / 128
