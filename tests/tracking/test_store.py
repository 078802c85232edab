"""The store itself: moved, shared, deleted, taken into use by several at once, or not there."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from seen import files, local, runs
from test_sync import results
from typer.testing import CliRunner

from reprogan.__main__ import app
from reprogan.doctor.store import check_store
from reprogan.results import result_of, rows_of, stages_of
from reprogan.stages.track import track
from reprogan.tracking import writing
from reprogan.tracking.errors import StoreError
from reprogan.tracking.names import PENDING, WRITER
from reprogan.tracking.projecting import project
from reprogan.tracking.store import opened
from small import ROOT

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DEAD = "http://me:secret@127.0.0.1:9"


def test_a_moved_repository_takes_its_store_along(here, monkeypatch, tmp_path):
    """Old artifacts are loaded from where they are now, new ones go there, nothing is made twice."""
    here.result("gan", 5.0)
    project(results(here), here.root)
    place = tmp_path / "somewhere else é"
    shutil.move(here.root, place)
    monkeypatch.chdir(place)
    (finding,) = (it for it in check_store(place) if it.level == "fault")
    assert "has been moved" in finding.text and finding.mend == "reprogan sync"
    here.root = place
    here.result("cgan", 6.0)
    tally = project(results(here), place)
    assert (tally.made, tally.there) == (1, 1)
    for run in runs(local(place)):
        held = files(local(place), run.info.run_id, tmp_path / run.info.run_name)
        name = run.info.run_name
        assert (
            held["weights.safetensors"]
            == (place / f"models/{name}/weights.safetensors").read_bytes()
        )
    client = MlflowClient(tracking_uri=local(place))
    (model,) = client.search_registered_models()
    got = mlflow.artifacts.download_artifacts(
        f"models:/{model.name}@best", dst_path=str(tmp_path / "best"), tracking_uri=local(place),
        registry_uri=local(place),
    )  # fmt: skip
    assert (
        Path(got, "weights.safetensors").read_bytes()
        == (place / "models/gan/weights.safetensors").read_bytes()
    )
    assert not any(it.level == "fault" for it in check_store(place))


def test_a_copy_has_its_own_artifacts_and_the_first_keeps_its(here, monkeypatch, tmp_path):
    here.result("gan", 5.0)
    project(results(here), here.root)
    copy = tmp_path / "copy"
    shutil.copytree(here.root, copy)
    monkeypatch.chdir(copy)
    assert project(results(here), copy).there == 1
    shutil.rmtree(here.root / "mlartifacts")
    (run,) = runs(local(copy))
    assert files(local(copy), run.info.run_id, tmp_path / "down")["weights.safetensors"]
    assert runs(local(here.root))[0].info.artifact_uri.startswith(
        (here.root / "mlartifacts").as_uri()
    )


@pytest.mark.slow
def test_several_processes_may_be_the_first_to_use_a_store(here):
    """Each makes it and all runs: there is one store, whole, with one run a result."""
    (here.root / "mlflow.db").unlink()
    for name in ("gan", "cgan"):
        here.result(name, 5.0)
    code = "import sys; sys.path.insert(0, sys.argv[1]); from reprogan.__main__ import app; app(['sync'])"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(ROOT / "src")], cwd=here.root, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(4)
    ]  # fmt: skip
    said = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0] * 4, said
    assert sorted(run.info.run_name for run in runs(local(here.root))) == ["cgan", "gan"]


def test_of_twins_one_stays_the_same_for_all(here):
    """As two clones leave them that made a result at once."""
    here.result("gan", 5.0)
    (result,) = results(here)
    project([result], here.root)
    (first,) = runs(local(here.root))
    client = MlflowClient(tracking_uri=local(here.root))
    tags = {"reprogan.result": result.key}
    twins = [client.create_run(first.info.experiment_id, tags=tags).info.run_id for _ in range(3)]
    with opened(here.root, here.root / ".dvc/tmp") as store:
        store.drop_twins(result.key)
    (left,) = runs(local(here.root))
    assert left.info.run_id == min([first.info.run_id, *twins])


def test_what_another_repository_is_writing_is_left_alone(here, monkeypatch):
    here.result("gan", 5.0)
    (result,) = results(here)
    with opened(here.root, here.root / ".dvc/tmp") as store:
        for name in ("here", "there"):
            store.client.create_run(store.experiment, tags={PENDING: result.key, WRITER: name})
    project([result], here.root)
    found = runs(local(here.root))
    assert sorted(run.data.tags[WRITER] for run in found) == ["here", "there"]
    assert [run.data.tags[WRITER] for run in found if PENDING in run.data.tags] == ["there"]


def test_an_experiment_that_somebody_else_makes_meanwhile_is_used(here, monkeypatch):
    get, asked = MlflowClient.get_experiment_by_name, []

    def not_yet(self, name):
        asked.append(name)
        return None if len(asked) == 1 else get(self, name)

    with opened(here.root, here.root / ".dvc/tmp") as store:
        first = store.experiment
    monkeypatch.setattr(MlflowClient, "get_experiment_by_name", not_yet)
    with opened(here.root, here.root / ".dvc/tmp") as store:
        assert store.experiment == first and len(asked) == 2


def test_a_dead_server_stops_no_pipeline(here, monkeypatch, capfd):
    """The stage ends well, soon, and writes what it always writes; sync fails; both say what to do."""
    here.result("gan", 5.0)
    here.result("experiment", 6.0)
    track(["gan", "experiment"], here.root, here.root / "with.json")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", DEAD)
    start = time.monotonic()
    track(["gan", "experiment"], here.root, here.root / "without.json")
    assert time.monotonic() - start < 20
    said = capfd.readouterr().err
    assert (
        "Pending in MLflow: gan, experiment; `reprogan sync` catches up" in said
        and "127.0.0.1:9" in said
    )
    assert (here.root / "without.json").read_bytes() == (here.root / "with.json").read_bytes()
    done = CliRunner().invoke(app, ["sync"])
    assert done.exit_code == 1 and "Pending in MLflow: experiment" in done.output
    assert "cannot be used" in done.output and "secret" not in done.output + said
    assert "MLFLOW_HTTP_REQUEST_TIMEOUT" not in os.environ


@contextmanager
def answering(status, body):
    """A server that answers everything so; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # what else it is asked needs a first answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (503, b""),
        (401, b"who are you?"),
        (404, b"<html>"),
        (200, b"<html>hello</html>"),
        (200, b"[]"),
    ],
)
def test_a_server_that_answers_errors_is_one_that_cannot_be_used(here, monkeypatch, status, body):
    here.result("gan", 5.0)
    with answering(status, body) as address:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        start = time.monotonic()
        with pytest.raises(StoreError, match="Pending in MLflow: gan"):
            project(results(here), here.root)
        assert time.monotonic() - start < 20
        (finding,) = check_store(here.root)
    assert finding.level == "fault" and "does not answer as MLflow does" in finding.text


@pytest.mark.parametrize(
    "address", ["postgresql://me:secret@127.0.0.1:9/db", "nosuch://me:secret@host"]
)
def test_other_stores_that_cannot_be_used_are_told_without_secrets(here, monkeypatch, address):
    here.result("gan", 5.0)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    with pytest.raises(StoreError) as caught:
        project(results(here), here.root)
    assert "secret" not in str(caught.value) and caught.value.__cause__ is None


def test_a_damaged_store_is_told(here):
    (here.root / "mlflow.db").write_bytes(b"hello" * 1000)
    here.result("gan", 5.0)
    with pytest.raises(StoreError, match="Pending in MLflow: gan"):
        project(results(here), here.root)
    assert "damaged" in check_store(here.root)[0].text


@pytest.mark.slow
def test_artifacts_that_are_lost_are_found_and_the_command_makes_them_again(here, tmp_path):
    """Of all runs, or of one; those of a commit whose files are in the cache alone, too."""
    here.result("gan", 5.0)
    here.commit(1)
    here.result("cgan", 6.0)
    here.commit(2)
    here.study()
    here.commit(3)
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r}); from reprogan.__main__ import app; app()"
    program = tmp_path / "bin/reprogan"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    path = {"PATH": f"{program.parent}:{os.environ['PATH']}"}

    def typed(command):
        subprocess.run(command, shell=True, cwd=here.root, check=True, env=os.environ | path)

    typed("reprogan sync --all")
    assert not any(it.level == "fault" for it in check_store(here.root))
    shutil.rmtree(next((here.root / "mlartifacts").rglob("artifacts")))
    (fault,) = check_store(here.root)
    assert fault.level == "fault" and "1 of 6 runs have lost their artifacts" in fault.text
    shutil.rmtree(here.root / "mlartifacts")
    shutil.rmtree(here.root / "models")
    (fault,) = check_store(here.root)
    assert "6 of 6 runs" in fault.text and str(here.root / "mlartifacts") in fault.text
    assert fault.mend.startswith("mv ") and fault.mend.endswith(" && reprogan sync --all")
    typed(fault.mend)
    assert not any(it.level == "fault" for it in check_store(here.root))
    assert len(list((here.root / "mlartifacts").rglob("weights.safetensors"))) == 2


def test_doctor_names_what_is_pending(here):
    here.result("gan", 5.0)
    here.result("experiment", 6.0)
    stages = stages_of(here.root / "dvc.lock")
    assert set(rows_of(stages)) == {"gan", "experiment"}
    project([result_of("gan", stages)], here.root)
    (note,) = (it for it in check_store(here.root) if it.level == "note")
    assert note.text == "pending in MLflow: experiment" and note.mend == "reprogan sync"


def test_no_secret_is_kept_in_a_run(here, monkeypatch):
    here.result("gan", 5.0)
    path = here.root / "models/gan/config.json"
    path.write_text('{"source": "https://me:secret@host/x?token=secret"}')
    facts = writing.shown("https://me:secret@host/x?token=secret")
    assert "secret" not in facts and "host" in facts
    with opened(here.root, here.root / ".dvc/tmp") as store:
        from reprogan.tracking.facts import facts_of
        from reprogan.tracking.origin import Origin

        (result,) = results(here)
        writing.record(store, facts_of(result, here.root, here.root), Origin())
    (run,) = runs(local(here.root))
    assert "secret" not in str(run.data.params) and run.data.params["source"]
