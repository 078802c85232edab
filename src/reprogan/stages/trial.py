"""The `trial` stage of a study: one row with one seed, from first weights to figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files import write
from ..history import DivergenceError
from ..npz import to_npz
from ..sampling import Model
from ..study.plan import Plan
from .evaluate import evaluate
from .sample import draw
from .train import Machine, train


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where the results of a trial go: a folder, and a CSV, npz and JSON file."""

    model: Path
    history: Path
    samples: Path
    figures: Path


def trial(
    name: str, plan: Plan, seed: int, data: Path, reference: Path, to: Outputs, machine: Machine
) -> None:
    """Train, sample and evaluate; the last checkpoint is what counts.

    A training that diverges is a result too: figures is {"failed": when}, samples hold no image,
    history ends before, and model says what was tried. A trial that was killed while it trained
    goes on from its last checkpoint.
    """
    settings = plan.train.model_copy(update={"seed": seed})
    try:
        train(name, plan.variant, settings, plan.steps, data, to.model, to.history, machine,
              plan.labels)  # fmt: skip
    except DivergenceError as fault:
        print(f"{fault}; this is the result", flush=True)
        fail(f"diverged at step {fault.step}", to)
    else:
        draw(name, plan.sample, Model.load(to.model, machine.device), to.samples)
        evaluate(plan.evaluate, to.samples, data, reference, to.figures)


def fail(why: str, to: Outputs) -> None:
    """Write down a failure where samples and figures were to be."""
    write(to.samples, to_npz(images=np.empty((0, 1, 1, 1), np.uint8)))
    write(to.figures, json.dumps({"failed": why}, indent=2) + "\n")
