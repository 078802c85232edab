"""All checks, and how they are told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ..component import ConfigError
from ..scratch import scratch
from .device import check_device
from .environment import check_environment
from .finding import Finding
from .leftovers import check_leftovers
from .queue import check_queue
from .remotes import check_remotes
from .repository import check_disk, check_git
from .store import check_store
from .torn import check_git_locks, check_torn

STYLES = {"good": "green", "note": "yellow", "fault": "bold red"}


def examine(here: Path) -> list[Finding]:
    """Every finding about the repository at `here`; nothing is changed."""
    torn = check_torn(here)
    studies = [path.parent.relative_to(here) for path in sorted(here.glob("studies/*/.dvc"))]
    return [
        *check_environment(here / "requirements.lock"),
        *check_device(),
        *check_params(here / "params.yaml"),
        *check_git(here),
        *check_git_locks(here),
        *check_queue(here),
        *torn,
        *([] if any(found.about == "dvc.lock" for found in torn) else check_pipeline(here)),
        *[found for study in studies for found in check_torn(here, study)],
        *check_remotes(here),
        *check_store(here),
        *check_disk(here, scratch()),
    ]


def check_params(path: Path) -> list[Finding]:
    """Whether params.yaml can be used."""
    from ..config import load

    try:
        params = load(path)
    except ConfigError as error:
        return [Finding("params", "fault", str(error), "git diff params.yaml")]
    return [Finding("params", "good", f"{len(params.trained)} runs, the experiment among them")]


def check_pipeline(here: Path) -> list[Finding]:
    """What is left of stages that are no more."""
    try:
        stages, outs = pipeline(here)
    except ConfigError as error:
        return [Finding("dvc.yaml", "fault", str(error), "dvc repro --dry")]
    return check_leftovers(here, stages, outs)


def pipeline(here: Path) -> tuple[list[str], list[str]]:
    """Names of all stages, and the paths of what they write, relative to `here`, as DVC has them.

    Raises ConfigError where DVC cannot tell.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(here)) as repo:
            stages = list(repo.index.stages)
            outs = [Path(out.fs_path) for stage in stages for out in stage.outs]
    except DvcException as error:
        raise ConfigError(f"DVC cannot read the pipeline: {error}") from error
    return (
        [stage.addressing for stage in stages],
        [out.relative_to(here).as_posix() for out in outs if out.is_relative_to(here)],
    )


def report(findings: Sequence[Finding]) -> None:
    """A line for each on stdout, and below it what mends it."""
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        style = STYLES[finding.level]
        head = f"[{style}]{finding.level:5}[/] {finding.about:12}"
        console.print(f"{head} {escape(finding.text)}")
        if finding.mend:
            console.print(f"{'':18} [bold]{escape(finding.mend)}[/]")
