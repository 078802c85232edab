"""The user's commands: what is no stage's `cmd`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .cli import METRICS, REPORTS, SAMPLES, app, params
from .component import ConfigError, unknown

if TYPE_CHECKING:
    from .verify.rerun import Verdict

CORES = os.cpu_count() or 1
PRESETS, STUDIES = Path("presets"), Path("studies")

Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, help="Stages at a time; by default one a core.")
]


@app.command()
def zoo(
    names: Annotated[
        list[str] | None, typer.Argument(help="Rows to run, without the joins; all by default.")
    ] = None,
    jobs: Jobs = CORES,
) -> None:
    """Run the pipeline, several variants at a time; leaves what a serial `dvc repro` leaves."""
    settings = params()
    for name in names or ():
        settings.row(name)
        if name in settings.beyond:
            raise ConfigError(
                f"{name} stands in `beyond`, which the pipeline leaves out: move its row to"
                f" `variants`, or train it alone: python src/run.py train {name}"
            )
    play(jobs, [stage_of("evaluate", name) for name in names or ()])
    if not names:
        tell_where()


@app.command()
def study(
    name: Annotated[str, typer.Argument(help="A folder in studies.")],
    jobs: Jobs = CORES,
) -> None:
    """Train every row with every seed of a study, several trials at a time; prints its summary."""
    from .config import load

    folder = STUDIES / name
    if not (folder / "dvc.yaml").exists():
        there = sorted(path.parent.name for path in STUDIES.glob("*/dvc.yaml"))
        raise ConfigError(unknown("study", name, there))
    load(folder / "params.yaml")
    with chdir(folder):  # a study is a DVC repository of its own
        play(jobs)
    typer.echo((folder / REPORTS / "summary.md").read_text("utf-8"))
    typer.echo(f"Pictures     {folder / REPORTS}/*.png")


def play(jobs: int, targets: Sequence[str] = ()) -> None:
    """What `dvc repro TARGETS` does, by default all, `jobs` stages at a time."""
    from .alone import alone
    from .board import board
    from .doctor.torn import check_git_locks, check_torn
    from .scratch import scratch
    from .zoo import Zoo, in_order, plan, stoppable

    wait = "another one runs in this repository; waiting for its end"
    with alone(scratch() / "zoo.lock", wait):
        here = Path.cwd()
        for found in check_git_locks(here) + check_torn(here):
            raise ConfigError(f"{found.text}. In {here}: {found.mend}")
        graph = plan(targets)  # of the files as they are once nobody else is at work
        order = in_order(Path("dvc.lock"), graph, scratch() / "order.json")
        with order, stoppable(), board(graph) as shown:
            Zoo(graph, jobs, shown).play()


def stage_of(step: str, name: str) -> str:
    """The stage of dvc.yaml that does `step` for a row."""
    from .config import EXPERIMENT

    return step if name == EXPERIMENT else f"{step}_variant@{name}"


def tell_where() -> None:
    """The leaderboard, and where the rest is."""
    typer.echo((REPORTS / "leaderboard.md").read_text("utf-8"))
    typer.echo(f"Figures      {METRICS / 'leaderboard.csv'}, {METRICS / 'eval'}/*.json")
    typer.echo(f"Pictures     {REPORTS / 'samples.png'}, {SAMPLES}/*.png")
    typer.echo("All of it    mlflow ui --backend-store-uri sqlite:///mlflow.db")


@app.command()
def preset(
    name: Annotated[str, typer.Argument(help="A file in presets, without its .yaml.")],
) -> None:
    """Lay a preset over params.yaml, in place; `git checkout params.yaml` takes it back."""
    from .config import parse
    from .preset import lay_over
    from .reading import overlay, read

    path, target = PRESETS / f"{name}.yaml", Path("params.yaml")
    if not path.exists():
        raise ConfigError(unknown("preset", name, sorted(p.stem for p in PRESETS.glob("*.yaml"))))
    top = read(path)
    parse(overlay(read(target), top), path)
    lay_over(target, top)
    typer.echo(f"{target} now holds {path}; see `git diff {target}`.")


@app.command()
def doctor(
    tidy: Annotated[
        bool, typer.Option("--tidy", help="Remove entries of no stage from dvc.lock first.")
    ] = False,
) -> None:
    """Look for what is wrong here, and say what mends it; exits with 1 if there is a fault."""
    from .doctor.examination import examine, pipeline, report
    from .doctor.leftovers import tidy as remove
    from .doctor.torn import check_torn

    here = Path.cwd()
    of_a_study = here.parent.name == STUDIES.name and (here.parent.parent / "dvc.yaml").exists()
    if of_a_study or not (here / "dvc.yaml").exists():
        raise ConfigError(f"{here} is not the root of the repository: run this there")
    if tidy and not check_torn(here):
        for name in remove(here / "dvc.lock", pipeline(here)[0]):
            typer.echo(f"removed from dvc.lock: {name}")
    findings = examine(here)
    report(findings)
    if any(finding.level == "fault" for finding in findings):
        raise typer.Exit(1)


@app.command()
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Stages of dvc.lock, or rows, for their three; all by default."),
    ] = None,
    jobs: Jobs = CORES,
    keep: Annotated[
        Path | None, typer.Option(help="An empty folder to leave in it what the stages write.")
    ] = None,
) -> None:
    """Run stages again beside the repository, and compare every output with dvc.lock, bit by bit.

    Nothing here is changed. Exits with 1 unless all are equal.
    """
    from .verify.verification import explained
    from .verify.verification import verify as run

    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise ConfigError(f"--keep {keep} is not empty")
    verdicts = run(Path.cwd(), names or (), jobs, keep)
    close(verdicts, explained(verdicts))


@app.command()
def reproduce(
    run: Annotated[
        str, typer.Argument(help="A git revision, a DVC experiment's name or an MLflow run id.")
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Stages or rows of it; by default those of the result, or all."),
    ] = None,
    jobs: Jobs = CORES,
    pull: Annotated[
        bool, typer.Option("--pull", help="Take inputs from DVC's remote where they lack.")
    ] = False,
) -> None:
    """Compute an earlier result again, with its own code, parameters and data; compare the bits.

    It runs in a checkout beside this one, which is not changed. Exits with 1 unless all are equal.
    """
    from .verify.reproduction import reproduce as again

    origin, verdicts, explanation = again(Path.cwd(), run, names or (), jobs, pull)
    typer.echo(f"{run} is {origin.row or 'all rows'} of commit {origin.commit}")
    close(verdicts, explanation)


def close(verdicts: Sequence[Verdict], explanation: Sequence[str]) -> None:
    """Tell them, and exit with 1 unless all outputs are equal."""
    from .verify.verification import report

    report(verdicts, explanation)
    if any(verdict.state != "equal" for verdict in verdicts):
        raise typer.Exit(1)
