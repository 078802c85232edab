"""The command line: one command for each stage of dvc.yaml, under the stage's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from .component import ConfigError

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
Row = Annotated[str, typer.Argument(help="A row of `variants` or of `beyond`.")]
Seed = Annotated[int, typer.Option(min=0, help="Of first weights, order of images and noise.")]
NoiseSeed = Annotated[int, typer.Option(min=0, help="Of the noise that images are drawn from.")]
Class = Annotated[
    str | None,
    typer.Option("--class", help="Name or number of the class that a generator is told."),
]
SaveEvery = Annotated[
    float,
    typer.Option(min=0.0, envvar="REPROGAN_SAVE_EVERY", help="Seconds between checkpoints."),
]
SaveImages = Annotated[
    int | None,
    typer.Option(min=1, envvar="REPROGAN_SAVE_IMAGES", help="And real images between them; none."),
]
Keep = Annotated[
    int, typer.Option(min=1, envvar="REPROGAN_KEEP", help="How many of the last are kept.")
]

DATA, RAW = Path("data/normalized"), Path("data/raw")
MODELS, SAMPLES, METRICS, REPORTS = (
    Path("models"),
    Path("samples"),
    Path("metrics"),
    Path("reports"),
)
REFERENCE, PLAN, PROVENANCE = MODELS / "reference", Path("plan"), Path("provenance")


def params() -> Params:
    """All of params.yaml, checked, before anything else is loaded or done."""
    from .config import load

    return load(Path("params.yaml"))


@contextmanager
def remembered(
    stage: str, name: str, device: str, settings: dict[str, Any],
    inputs: Sequence[Path], outputs: Sequence[Path],
) -> Iterator[None]:  # fmt: skip
    """Within, a result is computed; then by what and from what is recorded beside it."""
    from .environment import warn_of_drift
    from .provenance import LOCK, Work, facts, record

    warn_of_drift(LOCK)
    yield
    from .device import find

    work = Work(stage, name, settings, inputs, outputs)
    record(PROVENANCE / stage / f"{name}.json", facts(work, str(find(device))))


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
def reference(device: Device = "auto") -> None:
    """Make the extractor of the figures, and look at the real images with it."""
    settings = params()
    from .device import prepare
    from .stages.reference import reference as stage

    where, extractor = str(prepare(device, 1)), settings.evaluate.extractor
    said, out = extractor.model_dump(mode="json"), METRICS / "reference.json"
    with remembered("reference", "reference", where, said, [DATA], [REFERENCE, out]):
        stage(extractor, DATA, REFERENCE, out, where)


@app.command()
def train(
    name: Name = "experiment",
    device: Device = "auto",
    save_every: SaveEvery = 30.0,
    save_images: SaveImages = None,
    keep: Keep = 2,
) -> None:
    """Train one variant; a run that was stopped goes on where its last checkpoint stands."""
    all_of_it = params()
    row, variant = all_of_it.row(name), all_of_it.variant(name)
    from .unlabeled import refuse_unlabeled

    refuse_unlabeled(all_of_it, [name])
    from .saves import Saves
    from .scratch import scratch
    from .stages.train import Machine
    from .stages.train import train as stage

    steps = all_of_it.train.steps(row.images)
    machine = Machine(scratch(), device, Saves(save_every, save_images, keep))
    model, history = MODELS / name, METRICS / "history" / f"{name}.csv"
    said = {
        "variant": variant.dump(), "train": all_of_it.train.model_dump(mode="json"),
        "steps": steps, "labels": row.labels,
    }  # fmt: skip
    with remembered("train", name, device, said, [DATA], [model, history]):
        stage(name, variant, all_of_it.train, steps, DATA, model, history, machine, row.labels)


@app.command()
def sample(
    name: Name = "experiment",
    to: Annotated[
        Path | None,
        typer.Option(
            help="Instead of the stage's files, write this .png or .npz and nothing else."
        ),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(
            min=1, help="With --to: as after so many real images, a snapshot; by default the end."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="With --to: of the noise; 0.")] = None,
    grid: Annotated[
        int | None, typer.Option(min=1, help="With --to: rows and columns of images; 10.")
    ] = None,
    of_class: Class = None,
    device: Device = "auto",
) -> None:
    """Draw images from a trained model, as npz and as a picture, or one picture of your own."""
    settings = params()
    settings.row(name)
    if to is not None:
        from .latents.drawing import draw

        refuse_suffix(to, ".png", ".npz")
        typer.echo(draw(name, MODELS / name, to, seed or 0, grid or 10, of_class, device, at))
        return
    given = {"--at": at, "--seed": seed, "--grid": grid, "--class": of_class}
    if stray := [option for option, value in given.items() if value is not None]:
        raise ConfigError(
            f"{', '.join(stray)}: without --to FILE this is the stage, which draws what `sample` in"
            " params.yaml says"
        )
    from .stages.sample import sample as stage

    images, snapshots, picture = (
        SAMPLES / f"{name}{end}" for end in (".npz", "_snapshots.npz", ".png")
    )
    model, said = MODELS / name, settings.sample.model_dump(mode="json")
    with remembered("sample", name, device, said, [model], [images, snapshots, picture]):
        stage(name, settings.sample, model, images, snapshots, picture, device)


def refuse_suffix(path: Path, *valid: str) -> None:
    """Raise ConfigError for a file whose name does not end in one of these."""
    if path.suffix not in valid:
        raise ConfigError(f"--to must end in {' or '.join(valid)}; got {path.name!r}")


@app.command()
def evaluate(name: Name = "experiment", device: Device = "auto") -> None:
    """Compare samples with real images, by every metric of params.yaml, and choose a checkpoint."""
    settings = params()
    settings.row(name)
    from .device import prepare
    from .stages.evaluate import Outputs
    from .stages.evaluate import evaluate as stage

    out = Outputs(
        figures=METRICS / "eval" / f"{name}.json",
        cards=METRICS / "cards" / name,
        curve=METRICS / "curves" / f"{name}.csv",
    )
    samples, snapshots = SAMPLES / f"{name}.npz", SAMPLES / f"{name}_snapshots.npz"
    where, said = str(prepare(device, 1)), settings.evaluate.dump()
    inputs, outputs = [samples, snapshots, DATA, REFERENCE], [out.figures, out.cards, out.curve]
    with remembered("evaluate", name, where, said, inputs, outputs):
        stage(name, settings.evaluate, samples, snapshots, DATA, REFERENCE, out, where)


@app.command()
def represent(name: Name = "experiment", device: Device = "auto") -> None:
    """Test how well a linear classifier does on what a critic makes of images."""
    settings = params()
    settings.row(name)
    from .stages.represent import represent as stage

    model, out = MODELS / name, METRICS / "represent" / f"{name}.json"
    said = settings.represent.model_dump(mode="json")
    with remembered("represent", name, device, said, [model, DATA], [out]):
        stage(name, settings.represent, model, DATA, out, device)


@app.command()
def leaderboard() -> None:
    """Rank every run: metrics/leaderboard.csv, and a table and pictures in reports."""
    settings = params()
    from .stages.leaderboard import leaderboard as stage

    stage(settings.trained, METRICS, SAMPLES, METRICS / "leaderboard.csv", REPORTS)


@app.command()
def track() -> None:
    """Project dvc.lock into MLflow: one run for each result, made once."""
    settings = params()
    from .stages.track import track as stage

    stage(settings.trained, Path(), METRICS / "mlflow.json")


@app.command()
def plan() -> None:
    """In a study: write down, resolved, what each of its stages depends on."""
    settings = params()
    from .stages.plan import plan as stage

    stage(settings, PLAN)


@app.command()
def trial(
    name: Row,
    seed: Seed,
    device: Device = "auto",
    save_every: SaveEvery = 30.0,
    save_images: SaveImages = None,
    keep: Keep = 2,
) -> None:
    """In a study: train and sample a row with one seed; a divergence is its result."""
    from .saves import Saves
    from .scratch import scratch
    from .stages.train import Machine
    from .stages.trial import Outputs
    from .stages.trial import trial as stage
    from .study.plan import Plan

    label = f"{name}-{seed}"
    outputs = Outputs(
        model=MODELS / label,
        history=METRICS / "history" / f"{label}.csv",
        samples=SAMPLES / f"{label}.npz",
    )
    machine = Machine(scratch(), device, Saves(save_every, save_images, keep))
    path = PLAN / "rows" / f"{name}.json"
    made = [outputs.model, outputs.history, outputs.samples]
    with remembered("trial", label, device, {"seed": seed}, [path, DATA], made):
        stage(label, Plan.load(path), seed, DATA, outputs, machine)


@app.command()
def judge(device: Device = "auto") -> None:
    """In a study: evaluate the samples of every trial, by every metric of params.yaml."""
    settings = params()
    from .device import prepare
    from .stages.judge import judge_all

    names = [*settings.variants, *settings.beyond]
    labels = [f"{name}-{seed}" for name in names for seed in settings.seeds]
    where, said, cards = str(prepare(device, 1)), settings.evaluate.dump(), METRICS / "cards"
    with remembered("judge", "cards", where, said, [SAMPLES, DATA, REFERENCE], [cards]):
        judge_all(labels, settings.evaluate, SAMPLES, DATA, REFERENCE, cards, where)


@app.command()
def summary() -> None:
    """In a study: mean and spread of each row over its seeds; tables and pictures in reports."""
    settings = params()
    from .stages.summary import summary as stage

    data, names = settings.data, [*settings.variants, *settings.beyond]
    title = f"Seeds: {data.name}, {data.size} x {data.size}"
    stage(title, names, settings.seeds, METRICS / "cards", SAMPLES, REPORTS)
