"""A small real repository: this project's files, little data, few variants, its own git and DVC."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from small import ROOT

SMALL = {
    "train": {
        "images": 1280, "batch": 64, "seed": 0, "threads": 1, "history_every": 5,
        "snapshot_every": 512,
    },
    "sample": {"images": 200, "draws": 2, "seed": 0, "grid": 5},
    "represent": {"variants": ["ns_gan"], "images": 500, "seed": 0},
    "networks": {"name": "dcgan", "width": 4},
}  # fmt: skip
ROWS = {"ns_gan": {"units": 32, "critic_units": 8}, "cgan": {"units": 32, "critic_units": 8}}
EXPERIMENT = ["train", "sample", "evaluate"]
JOINS = ["leaderboard", "track"]
VARIANTS = [f"{step}_variant@{name}" for name in ROWS for step in EXPERIMENT]
TESTED = "represent@ns_gan"
EVERYTHING = ["download", "normalize", "reference", *EXPERIMENT, *VARIANTS, TESTED, *JOINS]
"""The stages of the small repository."""

EXTRACTOR = {"name": "classifier", "width": 8, "features": 16, "images": 12_000}


def hear_ctrl_c() -> None:
    """A shell lets its background jobs, and so tests that run in one, ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Repository:
    """A checkout in which commands can be run."""

    root: Path

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """A command under way, in a session of its own."""
        tools = str(Path(sys.executable).parent)
        ours = ("DVC", "MLFLOW", "REPROGAN")
        outer = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        inner = {"PATH": f"{tools}:{outer['PATH']}", "MLFLOW_DISABLE_TELEMETRY": "true"}
        if command[:2] == ("python", "-m"):  # this checkout's code, not the installed one
            inner["PYTHONPATH"] = str(self.root / "src")
        return subprocess.Popen(
            command, cwd=self.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=outer | inner | environment, start_new_session=True, preexec_fn=hear_ctrl_c,
        )  # fmt: skip

    def run(self, *command: str, ok: bool = True, **environment: str) -> str:
        """What a command prints; it must succeed, or fail where `ok` is false."""
        process = self.start(*command, **environment)
        output = process.communicate()[0]
        assert (process.returncode == 0) is ok, f"{' '.join(command)}\n{output}"
        return output

    def dvc(self, *words: str, ok: bool = True) -> str:
        return self.run("dvc", *words, ok=ok)

    def ran(self, *words: str) -> list[str]:
        """The stages that a dvc command ran, in order."""
        lines = self.dvc(*words).splitlines()
        return [line.split("'")[1] for line in lines if line.startswith("Running stage '")]

    def reprogan(self, *words: str, ok: bool = True) -> str:
        """The user's commands, from this checkout's code."""
        return self.run(
            "python", "-m", "reprogan", *words, ok=ok, PYTHONPATH=str(self.root / "src")
        )

    def json(self, path: str) -> Any:
        return json.loads((self.root / path).read_text("utf-8"))

    def lock(self) -> bytes:
        return (self.root / "dvc.lock").read_bytes()

    def commit(self, message: str) -> None:
        self.run("git", "add", "-A")
        self.run(
            "git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", message
        )

    def copy(self, place: Path) -> Repository:
        """Another checkout in the same state, with a cache of its own."""
        shutil.copytree(self.root, place, symlinks=True)
        return Repository(place)


def fresh(place: Path) -> Repository:
    """A repository in which nothing has been run."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    results = re.compile(r"(studies/\w+/)?(dvc\.lock|metrics/|reports/|provenance/)")
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file() and not results.match(name):
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    shrink(place / "params.yaml")
    repository = Repository(place)
    repository.run("git", "init", "-q", "-b", "main")
    repository.commit("start")
    return repository


def shrink(path: Path) -> None:
    """Few images, narrow networks, two variants."""
    table = yaml.safe_load(path.read_text("utf-8"))
    table |= SMALL
    table["evaluate"]["extractor"] = EXTRACTOR
    table["variants"] = {name: table["variants"][name] | {"images": 1280} for name in ROWS}
    table["beyond"] = {}
    for name, row in table["variants"].items():
        row["networks"] |= ROWS[name]
    path.write_text(yaml.safe_dump(table, sort_keys=False), "utf-8")
