"""A real MLflow server works as the local store does, and may die at any moment."""

import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from seen import files, runs, whole
from served import postgres, served
from test_sync import results

from reprogan.doctor.store import check_store
from reprogan.tracking import writing
from reprogan.tracking.backfill import backfill
from reprogan.tracking.errors import StoreError
from reprogan.tracking.names import WRITER
from reprogan.tracking.patience import RETRIES
from reprogan.tracking.projecting import project
from reprogan.tracking.revisions import committed
from reprogan.tracking.studying import project_studies
from reprogan.verify.reproduction import find
from small import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("server"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SYNC = (
    "import sys; sys.path.insert(0, sys.argv[1]); from reprogan.__main__ import app; app(['sync'])"
)


@pytest.fixture
def place(tmp_path):
    """Of a server."""
    (tmp_path / "server").mkdir()
    return tmp_path / "server"


def test_it_holds_what_the_local_store_holds_and_outlives_a_kill(
    here, place, empty_store, tmp_path, monkeypatch
):
    """Figures, curves, tags and artifacts to the byte; history, studies, a model by its alias; then kill -9."""
    here.result("gan", 5.0)
    commit = here.commit(1)
    local = f"sqlite:///{here.root / 'mlflow.db'}"
    project(results(here), here.root, committed(here.root))
    expected = whole(local, runs(local)[0], tmp_path / "local")
    shutil.copy(empty_store, place / "runs.db")
    with served(place, f"sqlite:///{place / 'runs.db'}") as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
        project(results(here), here.root, committed(here.root))
        (run,) = runs(server.address)
        found = whole(server.address, run, tmp_path / "served")
        assert found["tags"].pop(WRITER) != expected["tags"].pop(WRITER)
        assert found == expected and run.info.artifact_uri.startswith("mlflow-artifacts:")
        assert [finding.level for finding in check_store(here.root)] == ["good"]
        origin = find(here.root, run.info.run_id)
        assert (origin.commit, origin.row) == (commit, "gan")

        here.result("gan", 4.0)
        here.commit(2)
        here.result("gan", 6.0)
        here.study()
        tally = backfill(here.root)
        assert (tally.made, tally.there) == (1, 1)
        assert project_studies(here.root / "studies").made == 1
        assert len(runs(server.address, "reprogan-studies")) == 4
        assert best(server.address, tmp_path / "best") == b"weights gan 4.0"

        monkeypatch.setenv(RETRIES, "1")
        log_data = writing.log_data

        def dying(store, run, data):
            server.kill()
            log_data(store, run, data)

        monkeypatch.setattr(writing, "log_data", dying)
        with pytest.raises(StoreError, match="Pending in MLflow: gan"):
            project(results(here), here.root)
        (finding,) = check_store(here.root)
        assert finding.level == "fault" and "does not answer" in finding.text
        monkeypatch.setattr(writing, "log_data", log_data)
        server.start()
        assert len(runs(server.address)) == 3  # one is torn
        assert "pending in MLflow: gan" in [finding.text for finding in check_store(here.root)]
        assert project(results(here), here.root).made == 1
        found = runs(server.address)
        assert len(found) == 3 and all("reprogan.result" in run.data.tags for run in found)
        (last,) = (run for run in found if 6.0 in run.data.metrics.values())
        down = files(server.address, last.info.run_id, tmp_path / "last")
        assert down["weights.safetensors"] == b"weights gan 6.0"


def test_two_clones_that_sync_at_once_leave_one_run_a_result(here, place, tmp_path, monkeypatch):
    """In PostgreSQL, which nobody has used before: experiment, run, model and alias are made by both."""
    here.result("gan", 5.0)
    here.result("cgan", 6.0)
    here.commit(1)
    clones = [here.root, tmp_path / "clone"]
    shutil.copytree(*clones)
    with postgres() as base, served(place, base) as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
        started = [
            subprocess.Popen([sys.executable, "-c", SYNC, str(ROOT / "src")], cwd=root, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for root in clones
        ]  # fmt: skip
        said = [process.communicate(timeout=300)[0] for process in started]
        assert [process.returncode for process in started] == [0, 0], said
        found = {run.info.run_name: run for run in runs(server.address)}
        assert found.keys() == {"gan", "cgan"} and len(runs(server.address)) == 2
        down = files(server.address, found["gan"].info.run_id, tmp_path / "gan")
        assert down["weights.safetensors"] == b"weights gan 5.0"
        assert best(server.address, tmp_path / "best") == b"weights gan 5.0"


def best(address, to):
    """The weights of the one registered model, by its alias."""
    (model,) = MlflowClient(tracking_uri=address).search_registered_models()
    got = mlflow.artifacts.download_artifacts(
        f"models:/{model.name}@best", dst_path=str(to), tracking_uri=address, registry_uri=address
    )
    return Path(got, "weights.safetensors").read_bytes()
