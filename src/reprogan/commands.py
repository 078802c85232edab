"""The user's commands: what is no stage's `cmd`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from .cli import METRICS, REPORTS, SAMPLES, app, params
from .component import ConfigError, unknown

PRESETS = Path("presets")


@app.command()
def zoo(
    names: Annotated[
        list[str] | None, typer.Argument(help="Rows to run, without the joins; all by default.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Stages at a time; by default one a core.")
    ] = os.cpu_count() or 1,
) -> None:
    """Run the pipeline, several variants at a time; leaves what a serial `dvc repro` leaves."""
    settings = params()
    for name in names or ():
        settings.row(name)
    from .board import board
    from .zoo import Zoo, parts, plan, put_in_order, stoppable

    lock = Path("dvc.lock")
    graph, before = plan(stage_of("evaluate", name) for name in names or ()), list(parts(lock)[1])
    try:
        with stoppable(), board(graph) as shown:
            Zoo(graph, jobs, shown).play()
    finally:
        if lock.exists():
            put_in_order(lock, before, graph)
    if not names:
        tell_where()


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
def sync() -> None:
    """Make MLflow hold every result of this dvc.lock, as the track stage does."""
    from .stages.track import track

    track(list(params().rows), Path())


@app.command()
def preset(
    name: Annotated[str, typer.Argument(help="A file in presets, without its .yaml.")],
) -> None:
    """Lay a preset over params.yaml, in place; `git checkout params.yaml` takes it back."""
    from .config import overlay, parse, read
    from .preset import lay_over

    path, target = PRESETS / f"{name}.yaml", Path("params.yaml")
    if not path.exists():
        raise ConfigError(unknown("preset", name, sorted(p.stem for p in PRESETS.glob("*.yaml"))))
    top = read(path)
    parse(overlay(read(target), top), path)
    lay_over(target, top)
    typer.echo(f"{target} now holds {path}; see `git diff {target}`.")
