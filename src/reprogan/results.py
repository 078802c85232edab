"""Results as dvc.lock has them: which hashes belong together, and whether they are here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .config import EXPERIMENT
from .reading import FAULTS, Yaml12Floats, refuse_bombs

STEPS = ("train", "sample", "evaluate")
"""What every result has been through."""

DEPTH = 100
"""Levels of nesting in a dvc.lock; one has some 10."""

NORMALIZE = "normalize"
"""What makes the images that every result has learned from."""

CODE = "src/"

IGNORED = "__pycache__"
"""What Python leaves beside code, and .dvcignore names."""


@dataclass(frozen=True, slots=True)
class Result:
    """One evaluated model and everything that dvc.lock says it was made of.

    name: its row. inputs, outputs: path -> MD5 as DVC has it. params: as DVC resolved them.
    data: the section of params.yaml that its images were made by; empty where that is not known.
    """

    name: str
    inputs: dict[str, str]
    outputs: dict[str, str]
    params: dict[str, Any]
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A hash of the above without the code: the same result has it wherever it was computed.

        Code that gives the same from the same is no other result; the track stage, which depends on
        outputs, would not even notice it.
        """
        inputs = {path: md5 for path, md5 in self.inputs.items() if not path.startswith(CODE)}
        facts = [self.name, inputs, self.outputs, self.params]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


class Quick(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads what DVC has written as `reading` reads what people write, ten times as fast."""

    yaml_implicit_resolvers = Yaml12Floats.yaml_implicit_resolvers


Stages = dict[str, dict[str, Any]]
"""Name -> entry of dvc.lock."""


def read_lock(text: str | bytes) -> Stages:
    """The stages of a dvc.lock; none where it is empty, damaged or of a form that has none.

    It may be of any commit, by anybody: an entry that is none is left out.
    """
    try:
        refuse_deep(text)
        whole = yaml.load(text, Loader=Quick)  # noqa: S506  a SafeLoader
        refuse_bombs(whole)
    except FAULTS:
        return {}
    stages = whole.get("stages") if isinstance(whole, dict) else None
    if not isinstance(stages, dict):
        return {}
    return {name: it for name, it in stages.items() if isinstance(name, str) and is_entry(it)}


def refuse_deep(text: str | bytes) -> None:
    """Raise ValueError for what the quick reader, which is recursive C, would crash over."""
    depth = 0
    for event in yaml.parse(text, Loader=Quick):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise ValueError(f"it is nested more than {DEPTH} deep")


def is_entry(it: object) -> bool:
    """Whether something has the form that DVC gives an entry: paths with hashes, and params."""
    if not isinstance(it, dict):
        return False
    tables = it.get("params") or {}
    return (
        all(is_listing(it.get(kind) or []) for kind in ("deps", "outs"))
        and isinstance(tables, dict)
        and all(isinstance(table, dict) for table in tables.values())
    )


def is_listing(items: object) -> bool:
    """Whether each of several items names a path."""
    return isinstance(items, list) and all(
        isinstance(item, dict) and isinstance(item.get("path"), str) for item in items
    )


def stages_of(lock: Path) -> Stages:
    """The stages of this dvc.lock; none where there is no such file."""
    return read_lock(lock.read_bytes()) if lock.exists() else {}


def rows_of(stages: Stages) -> list[str]:
    """The rows that have been evaluated, in the order of the lock."""
    last = STEPS[-1]
    wanted = (stage for stage in stages if stage == last or stage.startswith(f"{last}_variant@"))
    return [stage.partition("@")[2] or EXPERIMENT for stage in wanted]


def read_result(name: str, lock: Path) -> Result | None:
    """The result of a row from dvc.lock; None while one of its stages has not been run."""
    return result_of(name, stages_of(lock))


def result_of(name: str, stages: Stages) -> Result | None:
    """The result of a row; None while one of its stages has not been run.

    The test of its critic belongs to it where there was one.
    """
    suffix = "" if name == EXPERIMENT else f"_variant@{name}"
    steps = [step + suffix for step in STEPS]
    if not all(step in stages for step in steps):
        return None
    steps += [step for step in (f"represent@{name}",) if step in stages]
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}
    params: dict[str, Any] = {}
    for entry in (stages[step] for step in steps):
        inputs |= hashes(entry, "deps")
        outputs |= hashes(entry, "outs")
        params |= params_of(entry)
    inputs = {path: md5 for path, md5 in inputs.items() if path not in outputs}
    return Result(name, inputs, outputs, params, data_of(inputs, stages))


def hashes(entry: dict[str, Any], kind: str) -> dict[str, str]:
    """Path -> MD5 of the `deps` or `outs` of a stage."""
    return {it["path"]: str(it.get("md5", "")) for it in entry.get(kind) or ()}


def params_of(entry: dict[str, Any]) -> dict[str, Any]:
    """What a stage read of params.yaml."""
    tables = (entry.get("params") or {}).values()
    return {key: value for table in tables for key, value in table.items()}


def data_of(inputs: dict[str, str], stages: Stages) -> dict[str, Any]:
    """The section that made the images among these inputs; empty if it has made others since."""
    entry = stages.get(NORMALIZE, {})
    made = hashes(entry, "outs").items() & inputs.items()
    section = params_of(entry).get("data", {}) if made else {}
    return section if isinstance(section, dict) else {}


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
