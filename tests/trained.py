"""Models as the train stage leaves them, without the time of a training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from reprogan.data.imageset import ImageSet
from reprogan.game import Game
from reprogan.sampling import Model
from reprogan.settings import Train
from reprogan.stages.train import Machine, train
from reprogan.variant import Shape, Variant
from small import BATCH, SHAPE, ZOO, build


def some_images(
    count: int, classes: tuple[str, ...] = tuple("0123456789"), seed: int = 0
) -> ImageSet:
    """Noise, a little brighter for each further class."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(classes) if classes else np.full(count, -1)
    x = random.integers(0, 120, (count, 1, 8, 8)) + 13 * np.maximum(labels, 0)[:, None, None, None]
    return ImageSet(images=x.astype(np.uint8), labels=labels.astype(np.int64), classes=classes)


def save_data(folder: Path, train: int = 60, test: int = 20, **more: object) -> Path:
    """Both splits in `folder`."""
    some_images(train, **more).save(folder / "train.npz")
    some_images(test, seed=1, **more).save(folder / "test.npz")
    return folder


def save_model(folder: Path, variant: Variant, data: Path, steps: int = 4) -> Path:
    """A short training."""
    settings = Train(images=1, batch=8, history_every=2)
    machine = Machine(scratch=folder.parent / "scratch", device="cpu")
    history = folder.parent / "history.csv"
    train(
        name=folder.name, variant=variant, settings=settings, steps=steps, data=data,
        model=folder, history=history, machine=machine,
    )  # fmt: skip
    return folder


def model_of(variant: str | Variant) -> Model:
    """A model that was not trained."""
    variant = ZOO[variant] if isinstance(variant, str) else variant
    told = SHAPE.classes if variant.game.conditional else 0
    return model_with(build(variant), SHAPE, told, tuple("0123456789"))


def model_with(game: Game, shape: Shape, told: int, classes: tuple[str, ...] = ()) -> Model:
    """A model that is in no folder."""
    where = torch.device("cpu")
    return Model(game, shape, told, classes, where, Path("nowhere"), batch=BATCH, steps=0, seed=0)
