"""The command that brings MLflow up to date with git and dvc.lock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .cli import app, params
from .component import ConfigError


@app.command()
def sync(
    everything: Annotated[
        bool,
        typer.Option("--all", help="Of every commit, tag and DVC experiment, without a checkout."),
    ] = False,
) -> None:
    """Make MLflow hold every result of this dvc.lock, as the track stage does, and every study.

    What is there is left as it is. Exits with 1 where MLflow's store cannot be used.
    """
    from .results import result_of, stages_of
    from .tracking.backfill import backfill
    from .tracking.projecting import project
    from .tracking.revisions import committed
    from .tracking.studying import project_studies

    here = Path.cwd()
    stages = stages_of(here / "dvc.lock")
    results = [it for name in params().trained if (it := result_of(name, stages))]
    if everything:
        if not (here / ".git").exists():
            raise ConfigError(f"{here} is no git repository: there are no commits to look at")
        say(backfill(here).lines("results of all commits and experiments"))
    say(project(results, here, committed(here)).lines("results"))
    studies = project_studies(here / "studies")
    if studies.total:
        say(studies.lines("studies"))


def say(lines: list[str]) -> None:
    """Each on a line."""
    for line in lines:
        typer.echo(line)
