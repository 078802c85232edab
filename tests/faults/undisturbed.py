"""A small repository after an undisturbed `dvc repro`, and what each of its stages made."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from repository import Repository, fresh

SMALLER = {"width": 4, "features": 8, "images": 2000}
"""An extractor that is trained in a second: none of its figures is looked at here."""

Files = dict[str, str]
"""Relative path -> SHA-256 of the content."""

UNFINISHED = ".part"


@dataclass(frozen=True)
class Undisturbed:
    """Of each stage, what it writes, and what that was."""

    repository: Repository

    @cached_property
    def stages(self) -> dict[str, list[str]]:
        """The paths that each stage of dvc.lock writes."""
        entries = yaml.safe_load(self.repository.lock())["stages"]
        return {name: [out["path"] for out in entry["outs"]] for name, entry in entries.items()}

    def made(self, stage: str) -> Files:
        """The files that it wrote."""
        return files_of(self.repository.root, self.stages[stage])


def files_of(root: Path, paths: list[str]) -> Files:
    """Every file at or below these, whatever its name."""
    found = {}
    for path in paths:
        for file in [root / path, *(root / path).rglob("*")]:
            if file.is_file():
                content = file.read_bytes()
                found[str(file.relative_to(root))] = hashlib.sha256(content).hexdigest()
    return found


def remove(root: Path, paths: list[str]) -> None:
    """As DVC does before it runs a stage."""
    for path in paths:
        if (root / path).is_dir():
            shutil.rmtree(root / path)
        else:
            (root / path).unlink(missing_ok=True)


def whole_or_absent(found: Files, made: Files) -> bool:
    """Whether each file is what was made; unfinished ones, which nothing reads, do not count."""
    return all(
        made.get(path) == content
        for path, content in found.items()
        if not any(part.endswith(UNFINISHED) for part in Path(path).parts)
    )


def start(place: Path) -> Repository:
    """The repository before anything has run: an experiment and one variant."""
    repository = fresh(place)
    path = place / "params.yaml"
    table = yaml.safe_load(path.read_text("utf-8"))
    table["evaluate"]["extractor"] |= SMALLER
    del table["variants"]["cgan"]
    table["train"]["images"] = table["variants"]["ns_gan"]["images"] = 640
    table["train"]["snapshot_every"] = 256
    path.write_text(yaml.safe_dump(table, sort_keys=False), "utf-8")
    repository.commit("smaller still")
    return repository


def afresh(undisturbed: Undisturbed, place: Path) -> Repository:
    """Another of the same code, in which nothing has run."""
    repository = undisturbed.repository.copy(place)
    repository.run("git", "reset", "--quiet", "--hard", "HEAD~1")
    repository.run("git", "clean", "-qxffd")
    return repository


def make(place: Path) -> Undisturbed:
    """After `dvc repro`, committed."""
    repository = start(place)
    repository.dvc("repro")
    repository.commit("results")
    return Undisturbed(repository)
