"""The command line: one command for each stage of dvc.yaml, under the stage's name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from .config import Params

FAULTS = (ValueError, FloatingPointError, OSError)
"""What a user can mend; the text says how. All else is a defect of ours and shows its trace."""


class Plain(TyperGroup):
    """A group that tells a fault in a paragraph and exits with 1; with 130 if interrupted."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  click's own signature
        """Run the command."""
        from .interruption import Interrupted

        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("stopped; the same command goes on", err=True)
            raise typer.Exit(130) from None
        except Interrupted as wish:
            typer.echo(str(wish), err=True)
            raise typer.Exit(130) from None
        except FAULTS as fault:
            typer.secho(f"Error: {fault}", err=True, fg="red")
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Plain,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Stages of the pipeline. `dvc repro` runs them in order; each reads params.yaml.",
)

Name = Annotated[
    str, typer.Argument(help="A row of `variants`, or `experiment` for the top-level keys.")
]
Device = Annotated[
    str,
    typer.Option(envvar="REPROGAN_DEVICE", help="auto, cpu, cuda or cuda:i. auto takes a GPU."),
]
SaveEvery = Annotated[
    float,
    typer.Option(min=0.0, envvar="REPROGAN_SAVE_EVERY", help="Seconds between checkpoints."),
]

DATA, RAW = Path("data/normalized"), Path("data/raw")
MODELS, SAMPLES, METRICS, REPORTS = (
    Path("models"),
    Path("samples"),
    Path("metrics"),
    Path("reports"),
)
REFERENCE = MODELS / "reference"


def params() -> Params:
    """All of params.yaml, checked, before anything else is loaded or done."""
    from .config import load

    return load(Path("params.yaml"))


@app.command()
def download() -> None:
    """Fetch the source's own files, checksum-verified, into data/raw."""
    from .stages.download import download as stage

    stage(params().data, RAW)


@app.command()
def normalize() -> None:
    """Make data/normalized/{train,test}.npz of raw files: uint8 images of one size, labels."""
    settings = params().data
    from .stages.normalize import normalize as stage

    stage(settings, RAW, DATA, METRICS / "data.json")


@app.command()
def reference() -> None:
    """Make the extractor of the figures and the real images' statistics in its space."""
    settings = params().evaluate
    from .stages.reference import reference as stage

    stage(settings, DATA, REFERENCE, METRICS / "reference.json")


@app.command()
def train(name: Name = "experiment", device: Device = "auto", save_every: SaveEvery = 30.0) -> None:
    """Train one variant; a run that was stopped goes on where its last checkpoint stands."""
    all_of_it = params()
    row, variant = all_of_it.row(name), all_of_it.variant(name)
    from .scratch import scratch
    from .stages.train import Machine
    from .stages.train import train as stage

    steps = all_of_it.train.steps(row.images)
    machine = Machine(scratch=scratch(), device=device, save_every=save_every)
    history = METRICS / "history" / f"{name}.csv"
    stage(name, variant, all_of_it.train, steps, DATA, MODELS / name, history, machine, row.labels)


@app.command()
def sample(name: Name = "experiment", device: Device = "auto") -> None:
    """Draw images from a trained model, as npz and as a picture."""
    settings = params()
    settings.row(name)
    from .stages.sample import sample as stage

    images, picture = SAMPLES / f"{name}.npz", SAMPLES / f"{name}.png"
    stage(name, settings.sample, MODELS / name, images, picture, device)


@app.command()
def evaluate(name: Name = "experiment") -> None:
    """Compare samples with real images: FID, Inception Score and class histogram."""
    settings = params()
    settings.row(name)
    from .stages.evaluate import evaluate as stage

    out = METRICS / "eval" / f"{name}.json"
    stage(settings.evaluate, SAMPLES / f"{name}.npz", DATA, REFERENCE, out)


@app.command()
def leaderboard() -> None:
    """Rank every run: metrics/leaderboard.csv, and a table and pictures in reports."""
    settings = params()
    from .stages.leaderboard import leaderboard as stage

    stage(list(settings.rows), METRICS, SAMPLES, METRICS / "leaderboard.csv", REPORTS)


@app.command()
def track() -> None:
    """Project dvc.lock into MLflow: one run for each result, made once."""
    settings = params()
    from .stages.track import track as stage

    stage(list(settings.rows), Path(), METRICS / "mlflow.json")
