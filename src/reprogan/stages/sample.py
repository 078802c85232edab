"""The sample stage: a trained model in, images of a fixed seed and their picture out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..files import write
from ..npz import to_npz
from ..pictures import grid, save_png
from ..progress import progress
from ..sampling import Images, Model
from ..settings import Sample


def sample(
    name: str, settings: Sample, model: Path, images: Path, snapshots: Path, picture: Path,
    device: str,
) -> None:  # fmt: skip
    """Draw images from `model`; write them as npz and as a grid, see `Model.square`.

    snapshots: npz of a draw at each snapshot, arrays KIND_SHOWN, of the same noise as the first
    draw of `images`; KIND is `published`, and `raw` where that is something else.
    """
    trained = Model.load(model, device)
    draw(name, settings, trained, images)
    square, _ = trained.square(settings.seed, settings.grid)
    save_png(grid(square, settings.grid), picture)
    write(snapshots, to_npz(**dict(on_the_way(name, settings, trained))))


def draw(name: str, settings: Sample, model: Model, images: Path) -> None:
    """Draw images from `model` and write the npz: images, labels, draws, and how they were made."""
    count = settings.draws * settings.images
    made = {
        "images": model.steps * model.batch, "train_seed": model.seed,
        "sample_seed": settings.seed, "device": model.device.type,
    }  # fmt: skip
    drawn = several(f"{name} samples", model, settings.seed, count)
    write(
        images,
        to_npz(
            images=drawn, labels=model.labels(count), draws=settings.draws, made=json.dumps(made)
        ),
    )


def on_the_way(name: str, settings: Sample, model: Model) -> Iterator[tuple[str, Images]]:
    """A draw at each snapshot. The model stands at the last of them afterwards."""
    for shown in model.snapshots:
        model.recall(shown)
        label = f"{name} at {shown:,}"
        yield f"published_{shown}", several(label, model, settings.seed, settings.images)
        if model.averaged:
            with model.raw():
                yield f"raw_{shown}", several(label, model, settings.seed, settings.images)


def several(label: str, model: Model, seed: int, count: int) -> Images:
    """Images 0 to count - 1, with a progress bar."""
    parts = []
    with progress(label, count, "images") as bar:
        for part in model.images(seed, count):
            parts.append(part)
            bar.advance(len(part))
    return np.concatenate(parts)
