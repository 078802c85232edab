"""Git and DVC: what a killed command leaves behind."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from ..files import free, megabytes
from ..git import git
from .finding import Finding

LEAST = 2 * 10**9
"""Bytes that should be free: some runs' worth of models, samples and checkpoints."""


def check_git(here: Path) -> list[Finding]:
    """Whether HEAD is on a branch, and what an interrupted experiment has left."""
    if git(here, "rev-parse", "--git-dir") is None:
        return [Finding("git", "fault", f"{here} is no git repository", "git init && git add -A")]
    found = []
    if git(here, "symbolic-ref", "-q", "HEAD") is None:
        text = "HEAD is on no branch; a killed `dvc exp run` leaves it so, at its own commit"
        found.append(Finding("git", "fault", text, f"git checkout {branch(here)}"))
    refs = (git(here, "for-each-ref", "--format=%(refname)", "refs/exps/exec") or "").split()
    if refs:
        text = f"{len(refs)} references of an experiment that never ended"
        mend = " && ".join(f"git update-ref -d {ref}" for ref in refs)
        found.append(Finding("experiments", "note", text, mend))
    return found or [Finding("git", "good", f"on {git(here, 'branch', '--show-current')}")]


def branch(here: Path) -> str:
    """The branch to go back to: main, master, or any other."""
    names = (git(here, "for-each-ref", "--format=%(refname:short)", "refs/heads") or "").split()
    return next((name for name in ("main", "master", *names) if name in names), "main")


def check_disk(here: Path, scratch: Path) -> list[Finding]:
    """Sizes of the cache and of what is kept between commands, and what is free."""
    found = []
    for about, folder, mend in (
        ("cache", here / ".dvc" / "cache", "dvc gc --workspace --all-commits --all-experiments"),
        ("scratch", scratch, f"rm -r {shlex.quote(str(scratch))}"),
    ):
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        text = f"{megabytes(size)} in {folder}"
        found.append(Finding(about, "good", text if size else f"{folder} is empty", ""))
        if size and shutil.disk_usage(here).free < LEAST:
            found[-1] = Finding(about, "note", text, mend)
    left, text = free(here / "x"), f"{megabytes(free(here / 'x'))} are free"
    if left < LEAST:
        mend = "dvc gc --workspace --all-commits --all-experiments"
        return [*found, Finding("disk", "fault", text, mend)]
    return [*found, Finding("disk", "good", text)]
