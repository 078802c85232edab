"""What MLflow shows, for comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlflow import MlflowClient


def runs(address: str, experiment: str = "reprogan") -> list[Any]:
    """The runs of an experiment, in the order of their start and name."""
    client = MlflowClient(tracking_uri=address)
    found = client.get_experiment_by_name(experiment)
    listed = client.search_runs([found.experiment_id]) if found else []
    return sorted(listed, key=lambda run: (run.info.start_time, run.info.run_name))


def local(root: Path) -> str:
    """The store at a repository's root."""
    return f"sqlite:///{root / 'mlflow.db'}"


def files(address: str, run: str, to: Path) -> dict[str, bytes]:
    """Every artifact of a run, downloaded."""
    to.mkdir(parents=True, exist_ok=True)
    place = Path(MlflowClient(tracking_uri=address).download_artifacts(run, "", str(to)))
    return {
        p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()
    }


def whole(address: str, run: Any, to: Path) -> dict[str, Any]:
    """All that a run says, without ids and times."""
    client = MlflowClient(tracking_uri=address)
    curves = {
        key: [(it.value, it.step) for it in client.get_metric_history(run.info.run_id, key)]
        for key in run.data.metrics
    }
    data = [
        (it.dataset.name, it.dataset.digest, it.dataset.source) for it in run.inputs.dataset_inputs
    ]
    return {
        "status": run.info.status, "params": run.data.params, "curves": curves, "data": data,
        "tags": run.data.tags, "artifacts": files(address, run.info.run_id, to),
    }  # fmt: skip
