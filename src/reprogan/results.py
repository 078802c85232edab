"""Results as dvc.lock has them: which hashes belong together, and whether they are here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config import EXPERIMENT
from .reading import read

STEPS = ("train", "sample", "evaluate")
"""What every result has been through."""

CODE = "src/"

IGNORED = "__pycache__"
"""What Python leaves beside code, and .dvcignore names."""


@dataclass(frozen=True, slots=True)
class Result:
    """One evaluated model and everything that dvc.lock says it was made of.

    name: its row. inputs, outputs: path -> MD5 as DVC has it. params: as DVC resolved them.
    """

    name: str
    inputs: dict[str, str]
    outputs: dict[str, str]
    params: dict[str, Any]

    @property
    def key(self) -> str:
        """A hash of the above without the code: the same result has it wherever it was computed.

        Code that gives the same from the same is no other result; the track stage, which depends on
        outputs, would not even notice it.
        """
        inputs = {path: md5 for path, md5 in self.inputs.items() if not path.startswith(CODE)}
        facts = [self.name, inputs, self.outputs, self.params]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def read_result(name: str, lock: Path) -> Result | None:
    """The result of a row from dvc.lock; None while one of its stages has not been run.

    The test of its critic belongs to it where there was one.
    """
    stages = read(lock).get("stages", {}) if lock.exists() else {}
    suffix = "" if name == EXPERIMENT else f"_variant@{name}"
    steps = [step + suffix for step in STEPS]
    if not all(step in stages for step in steps):
        return None
    steps += [step for step in (f"represent@{name}",) if step in stages]
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    params: dict[str, Any] = {}
    for entry in (stages[step] for step in steps):
        inputs |= {dep["path"]: dep.get("md5", "") for dep in entry.get("deps", ())}
        outputs |= {out["path"]: out.get("md5", "") for out in entry.get("outs", ())}
        for table in entry.get("params", {}).values():
            params |= table
    return Result(name, {k: v for k, v in inputs.items() if k not in outputs}, outputs, params)


def differing(result: Result, here: Path) -> list[str]:
    """The outputs that are not here as dvc.lock has them: absent, or of another hash."""
    return [path for path, md5 in result.outputs.items() if md5_of(here / path) != md5]


def md5_of(path: Path) -> str:
    """The hash that DVC gives to a file, or to a directory with its files' names and hashes.

    What .dvcignore names is left out.
    """
    if path.is_dir():
        entries = [
            {"md5": md5_of(file), "relpath": file.relative_to(path).as_posix()}
            for file in sorted(path.rglob("*"))
            if file.is_file() and IGNORED not in file.parts
        ]
        listing = json.dumps(sorted(entries, key=lambda entry: entry["relpath"]))
        return hashlib.md5(listing.encode(), usedforsecurity=False).hexdigest() + ".dir"
    content = path.read_bytes() if path.exists() else b"nothing"
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
