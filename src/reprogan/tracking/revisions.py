"""Every commit of git in which results may stand: of branches, tags and DVC experiments."""

from __future__ import annotations

from pathlib import Path

from ..git import git
from .origin import Origin

RESULTS = ("dvc.lock", "metrics", "provenance")
"""Where git has results."""

ASIDE = ("refs/exps/exec/*", "refs/exps/celery/*", "refs/exps/stash")
"""Experiments that are queued or under way: they hold nobody's results."""


def revisions(here: Path) -> list[Origin]:
    """The commits that changed a result, each before those that follow on it, by date."""
    excluded = [f"--exclude={ref}" for ref in ASIDE]
    listed = git(
        here, "log", "--reverse", "--date-order", "--full-history", "--format=%H %ct", "HEAD",
        "--branches", "--tags", "--remotes", *excluded, "--glob=refs/exps", "--", *RESULTS,
    )  # fmt: skip
    named = experiments(here)
    found = []
    for line in (listed or "").splitlines():
        commit, _, seconds = line.partition(" ")
        name, baseline = named.get(commit, ("", ""))
        found.append(
            Origin(commit=commit, experiment=name, baseline=baseline, when=int(seconds) * 1000)
        )
    return found


def experiments(here: Path) -> dict[str, tuple[str, str]]:
    """Commit -> name and baseline of a DVC experiment: refs/exps/BA/SELINE.../NAME."""
    listed = git(here, "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps") or ""
    found = {}
    for line in listed.splitlines():
        commit, _, ref = line.partition(" ")
        parts = ref.split("/")
        if len(parts) == 5:
            found[commit] = (parts[4], parts[2] + parts[3])
    return found


def committed(here: Path, lock: str = "dvc.lock") -> Origin:
    """The last commit that changed a dvc.lock; none where it has been changed since."""
    if git(here, "status", "--porcelain", "--", lock):
        return Origin()
    commit, _, seconds = (git(here, "log", "-1", "--format=%H %ct", "--", lock) or "").partition(
        " "
    )
    return Origin(commit=commit, when=int(seconds) * 1000) if commit else Origin()
