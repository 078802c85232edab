"""All that a run is to say of a result, read from its files before MLflow is asked anything."""

from __future__ import annotations

import csv
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..reading import parse_json
from ..results import Result
from ..speed import speed_of
from .standing import standing_of

FIGURES = {"eval": "", "represent": "represent/"}
"""Folder of metrics -> what stands before the keys of its figures in MLflow."""

Point = tuple[str, float, int]
"""Of a curve: its name, a value, and the step or number of images."""

KNOWN = ("configuration", "inputs", "outputs")
"""What provenance says and parameters and hashes say already."""

TAKEN = re.compile(r"(?!\.\.)[/\w.\- :]{1,200}")
"""What MLflow takes, after a prefix of ours, as a name of anything; paths must be the shortest."""

STEPS = 2**63
"""One more than the largest step that MLflow's data bases hold."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One run. key: of what it shows; name: of its row.

    artifacts: file, and the folder within the run. data: path and MD5 of each data set that went
    in. failed: the run is shown as one that failed. warnings: which records it goes without, and
    why.
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
    warnings: tuple[str, ...] = ()


def facts_of(result: Result, here: Path, scratch: Path) -> Facts:
    """Those of a result whose files are under `here`; what an old one lacks is left out.

    The configuration is what the train stage resolved, so that runs of all rows have the same keys.
    Where and how fast it was computed are mere records: damaged ones are left out too, and named.
    Raises ValueError, which names the file, for all else that is damaged.
    """
    config = here / "models" / result.name / "config.json"
    stated = {
        "loss": loss_of(result), **read_json(config), "sample": result.params.get("sample", {}),
        "data": {key: result.data[key] for key in ("name", "size") if key in result.data},
    }  # fmt: skip
    metrics, words = figures(result, here)
    where = here / "provenance" / "train" / f"{result.name}.json"
    machine, torn = spared(lambda: provenance(where), dict[str, str]())
    weights = here / "models" / result.name / "weights.safetensors"
    speed, slow = spared(lambda: speeds(weights, scratch), list[Point]())
    return Facts(
        key=result.key,
        name=result.name,
        params={key: str(value) for key, value in named(flat(stated), config).items()},
        metrics=metrics,
        tags=hashes(result) | words | machine | standing_of(result, here),
        points=[point for table in curves(result, here) for point in points_of(table)] + speed,
        artifacts=artifacts(result, here),
        data={path: md5 for path, md5 in result.inputs.items() if path.startswith("data/")},
        warnings=(*torn, *slow),
    )


def spared(read: Callable[[], T], instead: T) -> tuple[T, list[str]]:
    """What a mere record says, or `instead` where it is damaged; and why."""
    try:
        return read(), []
    except (OSError, ValueError) as error:
        return instead, [f"{error}; its run goes without"]


def loss_of(result: Result) -> str:
    """The row of `losses` that a result's row names."""
    row = result.params.get(f"variants.{result.name}", result.params)
    return str(row.get("loss", "")) if isinstance(row, Mapping) else ""


def hashes(result: Result) -> dict[str, str]:
    """The MD5 of every file in and out, as DVC has it."""
    inputs = {f"dvc.in.{path}": md5 for path, md5 in result.inputs.items()}
    outputs = {f"dvc.out.{path}": md5 for path, md5 in result.outputs.items()}
    return dict(named(inputs | outputs, Path("dvc.lock")))


def figures(result: Result, here: Path) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers of all figures as metrics, their words as tags; the whole of it are artifacts.

    What hangs on class names stays there: they may be anything, and keys of MLflow may not.
    """
    metrics, words = dict[str, float](), dict[str, str]()
    for path, prefix in figure_files(result, here):
        table = read_json(path)
        numbers = {key: value for key, value in table.items() if isinstance(value, int | float)}
        metrics |= {f"{prefix}{key}": number(it, path) for key, it in named(numbers, path).items()}
        texts = {key: value for key, value in table.items() if isinstance(value, str)}
        words |= {f"figure.{prefix}{key}": value for key, value in named(texts, path).items()}
    return metrics, words


def figure_files(result: Result, here: Path) -> list[tuple[Path, str]]:
    """The files of figures that belong to a result, and what stands before their keys."""
    files = [(f"metrics/{kind}/{result.name}.json", prefix) for kind, prefix in FIGURES.items()]
    return [(here / path, prefix) for path, prefix in files if path in result.outputs]


def provenance(path: Path) -> dict[str, str]:
    """What the training said of the machine that it ran on."""
    machine = {key: value for key, value in read_json(path).items() if key not in KNOWN}
    return {f"provenance.{key}": str(value) for key, value in named(flat(machine), path).items()}


def speeds(weights: Path, scratch: Path) -> list[Point]:
    """How fast the training of these weights went, where this repository knows."""
    if not weights.exists():
        return []
    table = speed_of(scratch, weights)
    return points_of(table) if table.exists() else []


def curves(result: Result, here: Path) -> list[Path]:
    """The tables of what happened in training."""
    tables = [here / "metrics" / kind / f"{result.name}.csv" for kind in ("history", "curves")]
    return [table for table in tables if table.exists()]


def points_of(table: Path) -> list[Point]:
    """Every column of a CSV against its first, `step` or `images`.

    Raises ValueError, which names the file, where it is no such table.
    """
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file, restkey="")
            at, *columns = rows.fieldnames or [""]
            points = [(key, float(it), int(row[at])) for row in rows for key in columns
                      if (it := row[key])]  # fmt: skip
    except (ValueError, TypeError, csv.Error) as error:
        raise ValueError(f"{table} is no table of numbers: {error}") from None
    if any(not 0 <= step < STEPS for _, _, step in points):
        raise ValueError(f"{table} is no table of numbers: a step in it is none")
    named(dict.fromkeys(columns), table)
    return points


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
    """A mapping that a stage wrote; empty where it has written none.

    Raises ValueError, which names the file, where it holds something else.
    """
    try:
        table = parse_json(path.read_bytes()) if path.exists() else {}
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not isinstance(table, dict):
        raise ValueError(f"{path} must hold a mapping; got {type(table).__name__}")
    return table


def named(table: Mapping[str, T], path: Path) -> Mapping[str, T]:
    """The table itself. Raises ValueError, which names the file, for keys that MLflow refuses."""
    for key in table:
        if not TAKEN.fullmatch(key) or posixpath.normpath(f"x/{key}") != f"x/{key}":
            raise ValueError(f"{path} has a name that MLflow does not take: {key[:50]!r}")
    return table


def number(value: float, path: Path) -> float:
    """As MLflow has it. Raises ValueError, which names the file, for a larger one."""
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{path} has a number beyond all bounds") from None


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A tree of mappings as one mapping, its keys joined with dots."""
    rows: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            rows |= flat(value, f"{prefix}{key}.")
        else:
            rows[f"{prefix}{key}"] = value
    return rows
