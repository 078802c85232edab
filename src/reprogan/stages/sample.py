"""The sample stage: a trained model in, images of a fixed seed and their picture out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..files import replacing
from ..pictures import grid, save_png
from ..progress import progress
from ..sampling import Model
from ..settings import Sample


def sample(
    name: str, settings: Sample, model: Path, images: Path, picture: Path, device: str
) -> None:
    """Draw images from `model`; write them as npz (images, labels) and as a grid, see `square`."""
    draw(name, settings, model, images, device)
    square, _ = Model.load(model, device).square(settings.seed, settings.grid)
    save_png(grid(square, settings.grid), picture)


def draw(
    name: str, settings: Sample, model: Path, images: Path, device: str
) -> npt.NDArray[np.uint8]:
    """Draw images from `model` and write the npz; (N, C, H, W) uint8."""
    trained = Model.load(model, device)
    parts = []
    with progress(f"{name} samples", settings.images, "images") as bar:
        for part in trained.images(settings.seed, settings.images):
            parts.append(part)
            bar.advance(len(part))
    drawn = np.concatenate(parts)
    with replacing(images) as file:
        np.savez(file, images=drawn, labels=trained.labels(settings.images))
    return drawn
