"""A network from a file, with all that is done to images before and to what it returns."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.jit._fuser import optimized_execution

from .custom import Custom
from .program import load_program

WANTED = "(B, D) floats, or a tuple of features (B, D) and logits (B, K)"


class CustomNetwork(nn.Module):
    """Bytes in, features and logits out; it is in evaluation mode and stays there.

    Raises ValueError for a file that cannot be loaded.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, settings: Custom, content: bytes) -> None:
        super().__init__()
        self.settings, self.content = settings, content
        self.chunk = settings.batch
        self.program = load_program(content)
        self.register_buffer("mean", torch.tensor(settings.mean).view(-1, 1, 1))
        self.register_buffer("std", torch.tensor(settings.std).view(-1, 1, 1))

    def __reduce__(self) -> tuple[type[CustomNetwork], tuple[Custom, bytes]]:
        """How another process gets it: programs themselves cannot be pickled."""
        return CustomNetwork, (self.settings, self.content)

    def train(self, mode: bool = True) -> CustomNetwork:
        """Nothing: programs are as they were saved."""
        return self

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """(B, C, S, S) uint8 -> features (B, D), logits (B, K) or None, float32.

        Raises ValueError saying what the program was given and what it said or returned.
        """
        x = self.prepared(images)
        try:
            # Not optimized: after some passes TorchScript would compile it anew, to other bits.
            with optimized_execution(False):
                found = self.program(x)
        except (RuntimeError, AssertionError, TypeError) as error:
            raise ValueError(f"given {shape_of(x)}, it fails: {error}") from None
        return checked(found, len(images))

    def prepared(self, images: Tensor) -> Tensor:
        """(B, C, S, S) uint8 -> (B, channels, size, size) float32.

        Raises ValueError for RGB where it sees gray.
        """
        channels = self.settings.channels or images.shape[1]
        if images.shape[1] not in (1, channels):
            raise ValueError(f"it sees {channels} channels, and images have {images.shape[1]}")
        x = images.reshape(-1).to(torch.float32).view(images.shape)
        side = self.settings.size or x.shape[-1]
        if x.shape[-1] != side:
            x = nn.functional.interpolate(
                x, (side, side), mode="bilinear", align_corners=False, antialias=True
            )
        low, high = self.settings.low, self.settings.high
        x = x.expand(-1, channels, -1, -1) * ((high - low) / 255) + low
        return (x - self.mean) / self.std


def checked(found: Any, count: int) -> tuple[Tensor, Tensor | None]:  # noqa: ANN401  whatever it is
    """Features and logits, or ValueError saying what was returned instead."""
    parts = (found,) if isinstance(found, Tensor) else found
    if not isinstance(parts, tuple | list) or len(parts) not in (1, 2):
        raise ValueError(f"it returns {shape_of(found)}; valid: {WANTED}")
    for part in parts:
        tensor = isinstance(part, Tensor) and part.is_floating_point()
        if not tensor or part.ndim != 2 or len(part) != count or part.shape[1] == 0:
            raise ValueError(f"it returns {shape_of(found)} for {count} images; valid: {WANTED}")
    features, *logits = (part.detach().to(torch.float32) for part in parts)
    return features, logits[0] if logits else None


def shape_of(found: Any) -> str:  # noqa: ANN401  whatever it is
    """What something is, for people: "(64, 3, 28, 28) float32"."""
    if isinstance(found, Tensor):
        return f"{tuple(found.shape)} {str(found.dtype).removeprefix('torch.')}"
    if isinstance(found, tuple | list):
        return f"a {type(found).__name__} of {', '.join(map(shape_of, found)) or 'nothing'}"
    return f"a {type(found).__name__}"
