"""All that a run is to say of a result, read from its files before MLflow is asked anything."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..results import Result
from ..speed import speed_of
from .standing import standing_of

FIGURES = {"eval": "", "represent": "represent/"}
"""Folder of metrics -> what stands before the keys of its figures in MLflow."""

Point = tuple[str, float, int]
"""Of a curve: its name, a value, and the step or number of images."""

KNOWN = ("configuration", "inputs", "outputs")
"""What provenance says and parameters and hashes say already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One run. key: of what it shows; name: of its row.

    artifacts: file, and the folder within the run. data: path and MD5 of each data set that went
    in. failed: the run is shown as one that failed.
    """

    key: str
    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    points: Iterable[Point] = ()
    artifacts: Iterable[tuple[Path, str]] = ()
    data: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False


def facts_of(result: Result, here: Path, scratch: Path) -> Facts:
    """Those of a result whose files are under `here`; what an old one lacks is left out.

    The configuration is what the train stage resolved, so that runs of all rows have the same keys.
    """
    config = read_json(here / "models" / result.name / "config.json")
    stated = {
        "loss": loss_of(result), **config, "sample": result.params.get("sample", {}),
        "data": {key: result.data[key] for key in ("name", "size") if key in result.data},
    }  # fmt: skip
    metrics, words = figures(result, here)
    return Facts(
        key=result.key,
        name=result.name,
        params={key: str(value) for key, value in flat(stated).items()},
        metrics=metrics,
        tags=hashes(result) | words | provenance(here, result.name) | standing_of(result, here),
        points=[point for table in curves(result, here, scratch) for point in points_of(table)],
        artifacts=artifacts(result, here),
        data={path: md5 for path, md5 in result.inputs.items() if path.startswith("data/")},
    )


def loss_of(result: Result) -> str:
    """The row of `losses` that a result's row names."""
    row = result.params.get(f"variants.{result.name}", result.params)
    return str(row.get("loss", ""))


def hashes(result: Result) -> dict[str, str]:
    """The MD5 of every file in and out, as DVC has it."""
    inputs = {f"dvc.in.{path}": md5 for path, md5 in result.inputs.items()}
    return inputs | {f"dvc.out.{path}": md5 for path, md5 in result.outputs.items()}


def figures(result: Result, here: Path) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers of all figures as metrics, their words as tags; the whole of it are artifacts.

    What hangs on class names stays there: they may be anything, and keys of MLflow may not.
    """
    metrics, words = {}, {}
    for path, prefix in figure_files(result, here):
        for key, value in read_json(path).items():
            if isinstance(value, int | float):
                metrics[f"{prefix}{key}"] = float(value)
            elif isinstance(value, str):
                words[f"figure.{prefix}{key}"] = value
    return metrics, words


def figure_files(result: Result, here: Path) -> list[tuple[Path, str]]:
    """The files of figures that belong to a result, and what stands before their keys."""
    files = [(f"metrics/{kind}/{result.name}.json", prefix) for kind, prefix in FIGURES.items()]
    return [(here / path, prefix) for path, prefix in files if path in result.outputs]


def provenance(here: Path, name: str) -> dict[str, str]:
    """What the training said of the machine that it ran on."""
    known = read_json(here / "provenance" / "train" / f"{name}.json")
    machine = {key: value for key, value in known.items() if key not in KNOWN}
    return {f"provenance.{key}": str(value) for key, value in flat(machine).items()}


def curves(result: Result, here: Path, scratch: Path) -> list[Path]:
    """The tables of what happened in training."""
    tables = [here / "metrics" / kind / f"{result.name}.csv" for kind in ("history", "curves")]
    weights = here / "models" / result.name / "weights.safetensors"
    tables += [speed_of(scratch, weights)] if weights.exists() else []
    return [table for table in tables if table.exists()]


def points_of(table: Path) -> list[Point]:
    """Every column of a CSV against its first, `step` or `images`."""
    with table.open(newline="", encoding="utf-8") as file:
        at = file.readline().strip().partition(",")[0]
        file.seek(0)
        return [
            (key, float(value), int(row[at]))
            for row in csv.DictReader(file)
            for key, value in row.items()
            if key != at and value
        ]


def artifacts(result: Result, here: Path) -> list[tuple[Path, str]]:
    """What a person would want to see or load again; what is not there is left out."""
    name = result.name
    files = [(here / "models" / name / it, "") for it in ("weights.safetensors", "config.json")]
    files.append((here / "samples" / f"{name}.png", ""))
    files += [(path, "") for path in sorted((here / "metrics" / "cards" / name).glob("*"))]
    files += [(path, prefix.rstrip("/")) for path, prefix in figure_files(result, here)]
    known = sorted((here / "provenance").glob(f"*/{name}.json"))
    files += [(path, f"provenance/{path.parent.name}") for path in known]
    return [(path, folder) for path, folder in files if path.exists()]


def read_json(path: Path) -> dict[str, Any]:
    """A mapping that a stage wrote; empty where it has written none."""
    table: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return table


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A tree of mappings as one mapping, its keys joined with dots."""
    rows: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            rows |= flat(value, f"{prefix}{key}.")
        else:
            rows[f"{prefix}{key}"] = value
    return rows
