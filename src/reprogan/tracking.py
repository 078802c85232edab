"""The MLflow projection of dvc.lock: a run for each result, keyed by content, made once."""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from .results import Result
from .speed import speed_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

STORE = "reprogan"
"""The MLflow experiment that holds every result."""

POINTS = 1000
"""Metric points in one request, MLflow's own limit."""

TEXT = 6000
"""Characters of a parameter's value, MLflow's own limit."""

FIGURES = {"eval": "", "represent": "represent/"}
"""Folder of metrics -> what stands before the keys of its figures in MLflow."""


@contextmanager
def exclusive(scratch: Path) -> Iterator[None]:
    """One process at a time: the first use of a sqlite store by several at once destroys it."""
    scratch.mkdir(parents=True, exist_ok=True)
    with FileLock(scratch / "mlflow.lock"):
        yield


def connect(home: Path) -> tuple[MlflowClient, str]:
    """A client of MLFLOW_TRACKING_URI, else of `home`/mlflow.db, and the id of our experiment."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    uri = os.environ.get("MLFLOW_TRACKING_URI")
    client = MlflowClient(tracking_uri=uri or f"sqlite:///{home / 'mlflow.db'}")
    found = client.get_experiment_by_name(STORE)
    if found is not None:
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
        return client, str(found.experiment_id)
    # Without a location, a local store takes the directory that its creator happened to stand in.
    place = None if uri else (home / "mlartifacts").as_uri()
    return client, str(client.create_experiment(STORE, artifact_location=place))


def record(client: MlflowClient, store: str, result: Result, here: Path, scratch: Path) -> bool:
    """Make the result's run unless it is there; true when it was made.

    The tag that says that a run is whole is set last, so one cut short is made anew.
    """
    made = f"tags.`reprogan.result` = '{result.key}'"
    if client.search_runs([store], made, max_results=1):
        return False
    for torn in client.search_runs([store], f"tags.`reprogan.pending` = '{result.key}'"):
        client.delete_run(torn.info.run_id)
    tags = {"reprogan.pending": result.key, "reprogan.name": result.name, **origin()}
    run = client.create_run(store, run_name=result.name, tags=tags).info.run_id
    log_facts(client, run, result, read_json(here / "models" / result.name / "config.json"))
    log_figures(client, run, result, here)
    for course in ("history", "curves"):
        log_curves(client, run, here / "metrics" / course / f"{result.name}.csv")
    weights = here / "models" / result.name / "weights.safetensors"
    if weights.exists():
        log_curves(client, run, speed_of(scratch, weights))
    for path in artifacts(here, result.name):
        client.log_artifact(run, str(path))
    for path, prefix in figures_of(result, here):
        client.log_artifact(run, str(path), prefix.rstrip("/") or None)
    for path in sorted((here / "provenance").glob(f"*/{result.name}.json")):
        client.log_artifact(run, str(path), f"provenance/{path.parent.name}")
        if path.parent.name == "train":
            for key, value in flat(read_json(path)).items():
                client.set_tag(run, f"provenance.{key}", str(value))
    client.set_tag(run, "reprogan.result", result.key)
    client.delete_tag(run, "reprogan.pending")
    client.set_terminated(run)
    return True


def origin() -> dict[str, str]:
    """What DVC says of where the result was computed."""
    names = {"DVC_EXP_NAME": "dvc.experiment", "DVC_EXP_BASELINE_REV": "dvc.baseline"}
    return {tag: os.environ[name] for name, tag in names.items() if os.environ.get(name)}


def log_facts(client: MlflowClient, run: str, result: Result, config: dict[str, Any]) -> None:
    """The resolved configuration, the hash of every file in and out, and the data set as an input.

    config: what the train stage resolved, so that runs of all rows have the same keys.
    """
    from mlflow.entities import Dataset, DatasetInput, Param, RunTag

    stated = {"loss": loss_of(result), **config, "sample": result.params.get("sample", {})}
    params = [Param(key, str(value)[:TEXT]) for key, value in flat(stated).items()]
    hashes = {f"dvc.in.{k}": v for k, v in result.inputs.items()}
    hashes |= {f"dvc.out.{k}": v for k, v in result.outputs.items()}
    client.log_batch(run, params=params, tags=[RunTag(k, v) for k, v in hashes.items()])
    data = [
        DatasetInput(Dataset(path, md5[:36], "dvc", json.dumps({"path": path, "md5": md5})))
        for path, md5 in result.inputs.items()
        if path.startswith("data/")
    ]
    client.log_inputs(run, data)


def log_figures(client: MlflowClient, run: str, result: Result, here: Path) -> None:
    """The numbers of all figures as metrics, their words as tags; the whole of it are artifacts.

    What hangs on class names stays there: they may be anything, and keys of MLflow may not.
    """
    for path, prefix in figures_of(result, here):
        for key, value in read_json(path).items():
            if isinstance(value, int | float):
                client.log_metric(run, f"{prefix}{key}", float(value))
            elif isinstance(value, str):
                client.set_tag(run, f"figure.{prefix}{key}", value)


def figures_of(result: Result, here: Path) -> list[tuple[Path, str]]:
    """The files of figures that belong to a result, and what stands before their keys."""
    files = [(f"metrics/{kind}/{result.name}.json", prefix) for kind, prefix in FIGURES.items()]
    return [(here / path, prefix) for path, prefix in files if path in result.outputs]


def log_curves(client: MlflowClient, run: str, table: Path) -> None:
    """Every column of a CSV against its first, `step` or `images`, a batch at a time."""
    from mlflow.entities import Metric

    if not table.exists():
        return
    now = int(time.time() * 1000)
    with table.open(newline="") as file:
        at = file.readline().partition(",")[0]
        file.seek(0)
        points = [
            Metric(key, float(value), now, int(row[at]))
            for row in csv.DictReader(file)
            for key, value in row.items()
            if key != at and value
        ]
    for first in range(0, len(points), POINTS):
        client.log_batch(run, metrics=points[first : first + POINTS])


def read_json(path: Path) -> dict[str, Any]:
    """A mapping that a stage wrote."""
    table: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return table


def loss_of(result: Result) -> str:
    """The row of `losses` that a result's row names."""
    row = result.params.get(f"variants.{result.name}", result.params)
    return str(row["loss"])


def artifacts(here: Path, name: str) -> list[Path]:
    """What a person would want to see or load again; what is not there is left out."""
    model = here / "models" / name
    files = [model / "weights.safetensors", model / "config.json"]
    files.append(here / "samples" / f"{name}.png")
    files += sorted((here / "metrics" / "cards" / name).glob("*"))
    return [path for path in files if path.exists()]


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A tree of mappings as one mapping, its keys joined with dots."""
    rows: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            rows |= flat(value, f"{prefix}{key}.")
        else:
            rows[f"{prefix}{key}"] = value
    return rows
