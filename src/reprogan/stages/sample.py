"""The sample stage: a trained model in, images of a fixed seed and their picture out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..files import write
from ..npz import to_npz
from ..pictures import grid, save_png
from ..progress import progress
from ..sampling import Model
from ..settings import Sample


def sample(
    name: str, settings: Sample, model: Path, images: Path, picture: Path, device: str
) -> None:
    """Draw images from `model`; write them as npz (images, labels) and as a grid, see `square`."""
    trained = Model.load(model, device)
    draw(name, settings, trained, images)
    square, _ = trained.square(settings.seed, settings.grid)
    save_png(grid(square, settings.grid), picture)


def draw(name: str, settings: Sample, model: Model, images: Path) -> None:
    """Draw images from `model` and write the npz."""
    parts = []
    with progress(f"{name} samples", settings.images, "images") as bar:
        for part in model.images(settings.seed, settings.images):
            parts.append(part)
            bar.advance(len(part))
    drawn = np.concatenate(parts)
    write(images, to_npz(images=drawn, labels=model.labels(settings.images)))
