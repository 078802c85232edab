"""The train stage: normalized images in, weights, configuration and history out."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from ..alone import alone
from ..checkpoint import Checkpoints, save_networks
from ..data.imageset import ImageSet
from ..device import prepare
from ..files import refuse_unwritable, write
from ..history import DivergenceError, History
from ..resident import Resident
from ..saves import Saves
from ..scratch import key_of
from ..settings import Train
from ..snapshots import Snapshots
from ..speed import Speed
from ..streams import INIT, seed_of
from ..training import Training
from ..variant import Shape, Variant


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts that change no result on the same kind of device, so they are options and not params.

    scratch: where checkpoints go. device: auto, cpu, cuda or cuda:i. saves: when.
    """

    scratch: Path
    device: str = "auto"
    saves: Saves = field(default_factory=Saves)


def train(
    name: str, variant: Variant, settings: Train, steps: int,
    data: Path, model: Path, history: Path, machine: Machine,
    labels: int | None = None,
) -> None:  # fmt: skip
    """Train `variant` for `steps` critic steps on data/train.npz and write `model` and `history`.

    labels: training images whose class may be known; None: all.

    A run that was killed goes on from its last checkpoint, if configuration, data, code and device
    are the same, and ends with the same bits. Raises UnwritableError, before anything is trained,
    where it could not write; OutOfMemoryError; Interrupted after SIGINT or SIGTERM;
    and DivergenceError at the first loss that is not finite; what is then in `model` and `history`
    says what diverged, and how.
    """
    refuse_unwritable(model, history.parent, machine.scratch)
    source = data / "train.npz"
    images = ImageSet.load(source)
    device = prepare(machine.device, settings.threads)
    shape = Shape(images.channels, images.size, len(images.classes))
    torch.manual_seed(seed_of(settings.seed, INIT, 0))
    game = variant.build(shape, settings.batch, device)
    stated = {
        "variant": variant.dump(), "shape": asdict(shape), "classes": list(images.classes),
        "train": settings.model_dump(mode="json"), "steps": steps, "labels": labels,
    }  # fmt: skip
    facts = {**stated, "device": device.type, "torch": torch.__version__}
    key, weights = key_of(facts, source), model / "weights.safetensors"
    checkpoints = Checkpoints(machine.scratch / "checkpoints" / key, machine.saves.keep)
    snapshots = Snapshots(checkpoints.directory / "snapshots", settings.snapshot_every)
    training = Training(
        name, game, History.of(game, settings.history_every, settings.batch), steps,
        checkpoints, snapshots, machine.saves, Speed(settings.batch),
    )  # fmt: skip
    with alone(checkpoints.lock, f"{name}: another process trains the same; waiting for it"):
        training.resume()
        x, y = torch.from_numpy(images.images).to(device), torch.from_numpy(images.labels)
        resident = Resident(x, y.to(device), settings.batch, settings.seed, labels)
        try:
            training.play(resident, settings.seed)
            save_networks(game, weights)
            snapshots.publish(model / "snapshots", settings.batch, steps)
        except DivergenceError:
            weights.unlink(missing_ok=True)  # those of an earlier training
            shutil.rmtree(model / "snapshots", ignore_errors=True)
            tell(training.history, history, stated, model)
            raise
        tell(training.history, history, stated, model)
        training.speed.save(machine.scratch, weights)
        training.checkpoints.clear()


def tell(course: History, history: Path, stated: dict[str, Any], model: Path) -> None:
    """Write what was trained and how it went."""
    write(model / "config.json", json.dumps(stated, indent=2) + "\n")
    write(history, course.csv)
