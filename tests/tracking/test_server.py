"""A real MLflow server works as the local store does, and may die at any moment."""

import shutil
import subprocess
import sys
from contextlib import ExitStack
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
from reprogan.tracking.patience import RETRIES
from reprogan.tracking.projecting import project
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


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request, tmp_path, empty_store):
    """A server that nobody has used yet."""
    place = tmp_path / "server"
    place.mkdir()
    shutil.copy(empty_store, place / "runs.db")
    with ExitStack() as stack:
        local = f"sqlite:///{place / 'runs.db'}"
        backend = local if request.param == "sqlite" else stack.enter_context(postgres())
        yield stack.enter_context(served(place, backend))


def test_it_holds_what_the_local_store_holds_and_outlives_its_death(
    here, other, server, tmp_path, monkeypatch
):
    """Two clones at once, first; then history, studies, a model by its alias; then kill -9 in the midst."""
    here.result("gan", 5.0)
    commit = here.commit(1)
    project(results(here), here.root)
    (run,) = runs(f"sqlite:///{here.root / 'mlflow.db'}")
    expected = whole(f"sqlite:///{here.root / 'mlflow.db'}", run, tmp_path / "local")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
    clones = [here.root, tmp_path / "clone"]
    shutil.copytree(*clones)
    started = [
        subprocess.Popen([sys.executable, "-c", SYNC, str(ROOT / "src")], cwd=root, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for root in clones
    ]  # fmt: skip
    said = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    (run,) = runs(server.address)
    found = whole(server.address, run, tmp_path / "served")
    for tags in (expected["tags"], found["tags"]):
        tags.pop("reprogan.writer"), tags.pop("reprogan.commit", None)
    assert found == expected
    assert run.info.artifact_uri.startswith("mlflow-artifacts:")
    assert [finding.level for finding in check_store(here.root)] == ["good"]
    origin = find(here.root, run.info.run_id)
    assert (origin.commit, origin.row) == (commit, "gan")

    here.result("gan", 4.0)
    here.commit(2)
    here.result("gan", 6.0)
    here.study()
    assert (lambda tally: (tally.made, tally.there))(backfill(here.root)) == (1, 1)
    assert project_studies(here.root / "studies").made == 1
    assert len(runs(server.address, "reprogan-studies")) == 4
    (model,) = MlflowClient(tracking_uri=server.address).search_registered_models()
    got = mlflow.artifacts.download_artifacts(
        f"models:/{model.name}@best", dst_path=str(tmp_path / "best"), tracking_uri=server.address,
        registry_uri=server.address,
    )  # fmt: skip
    assert Path(got, "weights.safetensors").read_bytes() == b"weights gan 4.0"

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
    assert (
        files(server.address, last.info.run_id, tmp_path / "last")["weights.safetensors"]
        == b"weights gan 6.0"
    )
