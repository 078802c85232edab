"""The `trial` stage of a study: one row with one seed, from first weights to samples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files import write
from ..history import DivergenceError
from ..npz import to_npz
from ..sampling import Model, RuinedImagesError
from ..study.plan import Plan
from .sample import draw
from .train import Machine, train


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where the results of a trial go: a folder, and a CSV and npz file."""

    model: Path
    history: Path
    samples: Path


def trial(name: str, plan: Plan, seed: int, data: Path, to: Outputs, machine: Machine) -> None:
    """Train and sample; the last checkpoint is what counts.

    A training that diverges is a result too: samples hold no image and say when, history ends
    before, and model says what was tried. So is a generator whose images are not finite. A trial
    that was killed while it trained goes on from its last checkpoint.
    """
    settings = plan.train.model_copy(update={"seed": seed})
    try:
        train(name, plan.variant, settings, plan.steps, data, to.model, to.history, machine,
              plan.labels)  # fmt: skip
        draw(name, plan.sample, Model.load(to.model, machine.device), to.samples)
    except DivergenceError as fault:
        fail(fault, f"diverged at step {fault.step}", to.samples)
    except RuinedImagesError as fault:
        fail(fault, "draws images that are not finite", to.samples)


def fail(fault: FloatingPointError, text: str, samples: Path) -> None:
    """Tell the fault, and write samples that hold no image and say `text`."""
    print(f"{fault}; this is the result", flush=True)
    none, made = np.empty((0, 1, 1, 1), np.uint8), {"failed": text}
    write(samples, to_npz(images=none, made=json.dumps(made)))
