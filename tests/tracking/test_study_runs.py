"""A study is a parent run with a child for each trial, made whole or anew."""

import pytest
import yaml
from made import FIGURE, put
from mlflow import MlflowClient
from seen import files, local, runs

from reprogan.results import md5_of
from reprogan.tracking import studying
from reprogan.tracking.names import PARENT, STUDIES
from reprogan.tracking.studying import project_studies

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def parent_and_children(here):
    found = runs(local(here.root), STUDIES)
    (parent,) = (run for run in found if PARENT not in run.data.tags)
    children = {run.info.run_name: run for run in found if run is not parent}
    assert {run.data.tags[PARENT] for run in children.values()} == {parent.info.run_id}
    return parent, children


def test_a_study_and_its_trials(here, tmp_path):
    folder = here.study()
    commit = here.commit(1)
    assert project_studies(here.root / "studies").made == 1
    parent, trials = parent_and_children(here)
    assert parent.data.metrics == {
        "fid_mean/gan": 1.5, "fid_sd/gan": 0.7, "trials": 3.0, "failed": 1.0,
    }  # fmt: skip
    assert (
        parent.data.params["seeds"] == "[0, 1, 2]" and parent.data.tags["reprogan.commit"] == commit
    )
    assert files(local(here.root), parent.info.run_id, tmp_path / "a") == {
        path.name: path.read_bytes() for path in (folder / "params.yaml", *(folder / "reports").iterdir())
    }  # fmt: skip
    assert trials.keys() == {"gan-0", "gan-1", "gan-2"}
    one, failed = trials["gan-1"], trials["gan-2"]
    assert one.data.metrics[FIGURE] == 2.0 and f"{FIGURE}_std" not in one.data.metrics
    assert (one.data.params["train.seed"], one.data.params["variant.networks.name"]) == ("1", "mlp")
    assert (one.info.status, failed.info.status) == ("FINISHED", "FAILED")
    assert failed.data.tags["reprogan.failed"] == "diverged at step 9"
    client = MlflowClient(tracking_uri=local(here.root))
    gap = client.get_metric_history(one.info.run_id, "critic_gap")
    assert [(it.step, it.value) for it in gap] == [(1, 1.0), (2, 0.0)]
    assert one.inputs.dataset_inputs[0].dataset.digest == "d" * 32 + ".dir"
    assert runs(local(here.root)) == []
    again = project_studies(here.root / "studies")
    assert (again.made, again.there) == (0, 1) and len(runs(local(here.root), STUDIES)) == 4


def test_one_that_was_cut_short_is_made_anew_with_its_trials(here, monkeypatch):
    here.study()
    finish = studying.finish

    def killed(store, run, facts, origin):
        if facts.name == "gan-1":
            raise KeyboardInterrupt
        finish(store, run, facts, origin)

    monkeypatch.setattr(studying, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        project_studies(here.root / "studies")
    assert len(runs(local(here.root), STUDIES)) == 3
    monkeypatch.setattr(studying, "finish", finish)
    assert project_studies(here.root / "studies").made == 1
    assert len(parent_and_children(here)[1]) == 3


def test_one_that_is_not_complete_is_pending_and_says_why(here):
    folder = here.study()
    put(folder / "reports/summary.csv", b"variant,fid_mean,fid_sd\ngan,0.1,0.1\n")
    (text,) = project_studies(here.root / "studies").pending.values()
    assert "reports not as in its dvc.lock" in text
    lock = (folder / "dvc.lock").read_text()
    (folder / "dvc.lock").write_text(lock.replace("judge:", "evaluate:"))
    (text,) = project_studies(here.root / "studies").pending.values()
    assert "has no judge" in text and "reprogan study seeds" in text


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("metrics/cards/gan-1.json", b"{"), ("metrics/cards/gan-1.json", b"[1]"),
        ("metrics/cards/gan-1.json", b'{"figures": {"a": 1}}'), ("metrics/cards/gan-1.json", b'{"figures": 1}'),
        ("metrics/cards/gan-1.json", b'{"figures": {"a%": {"value": 1, "std": null}}}'),
        ("metrics/history/gan-1.csv", b"step,a\n1,x\n"), ("reports/summary.csv", b"variant,fid_mean,fid_sd\ngan,x,1\n"),
        ("reports/summary.csv", b"variant\ngan\n"), ("reports/summary.csv", b"\xff"),
    ],
)  # fmt: skip
def test_one_with_a_damaged_file_is_pending_and_stops_no_other(here, path, content):
    """Its dvc.lock has the hash of what is damaged."""
    folder = here.study("bad")
    put(folder / path, content)
    lock = folder / "dvc.lock"
    table = yaml.safe_load(lock.read_text())
    for entry in table["stages"].values():
        for out in entry["outs"]:
            if path.startswith(out["path"]):
                out["md5"] = md5_of(folder / out["path"])
    lock.write_text(yaml.safe_dump(table))
    here.study("good")
    tally = project_studies(here.root / "studies")
    assert tally.made == 1 and path in tally.pending["study bad"]


def test_parameters_that_are_no_longer_the_trials_are_not_shown_as_theirs(here):
    here.study()
    path = here.root / "params.yaml"
    path.write_text(path.read_text().replace("batch: 64", "batch: 32", 1))
    assert project_studies(here.root / "studies").made == 1
    trial = parent_and_children(here)[1]["gan-0"]
    assert trial.data.params == {"train.seed": "0"} and trial.data.metrics[FIGURE] == 1.0
