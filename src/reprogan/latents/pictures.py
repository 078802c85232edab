"""What walks and arithmetic look like."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL.Image import Image

from ..pictures import grid, save_png, sheet
from .animation import save_animation
from .arithmetic import SIDE, Result

LARGE = 64
"""Least height of an image of arithmetic, in pixels."""


def save_walks(images: npt.NDArray[np.uint8], steps: int, to: Path, text: dict[str, str]) -> None:
    """(walks * steps, C, H, W): a row for each walk in a PNG; in an animation all, moving."""
    if to.suffix == ".png":
        save_png(grid(images, steps), to, text)
        return
    frames = images.reshape(-1, steps, *images.shape[1:]).swapaxes(0, 1)
    columns = math.ceil(math.sqrt(frames.shape[1]))
    save_animation([grid(frame, columns) for frame in frames], to)


def arithmetic_sheet(result: Result) -> Image:
    """A column for each concept, its mean latent's image below its samples; then the results."""
    columns = [
        (f"{'+' if c.term.sign > 0 else '-'} {c.term.word}", np.concatenate([c.exemplars, c.mean]))
        for c in result.concepts
    ]
    panels = [(f"{caption}\nmean below", large(images, 1)) for caption, images in columns]
    panels.append(("=\nof latents, and near", large(result.images, SIDE)))
    panels.append(("=\nof pixels", large(result.in_pixels, 1)))
    return sheet(panels, len(panels))


def large(images: npt.NDArray[np.uint8], columns: int) -> Image:
    """A grid of images of LARGE pixels or more."""
    return grid(images, columns, scale=-(-LARGE // images.shape[2]))
