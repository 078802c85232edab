"""A made repository to stand in, and MLflow's store as it is found there."""

import shutil

import pytest
from made import Made
from mlflow import MlflowClient


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    """Tables without a row; MLflow takes seconds to make them."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def here(tmp_path, monkeypatch, empty_store):
    """An empty repository, which is the present directory; no store is named from outside."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME", "DVC_EXP_BASELINE_REV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    made = Made(tmp_path / "repository").start()
    shutil.copy(empty_store, made.root)
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def other(here, tmp_path, monkeypatch, empty_store):
    """Call it for a copy of the repository with a store of its own, to stand in from then on.

    MLflow keeps a store open for as long as a process lasts, so another one needs another path.
    """

    def copied(name="other"):
        root = tmp_path / name
        shutil.copytree(here.root, root, ignore=shutil.ignore_patterns("mlartifacts"))
        shutil.copy(empty_store, root / "mlflow.db")
        monkeypatch.chdir(root)
        return Made(root, here.stages)

    return copied
