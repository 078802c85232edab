"""What is wrong is found, what is right is not, and each finding says what mends it."""

import sqlite3
import subprocess

import pytest
import yaml

from reprogan.doctor import repository
from reprogan.doctor.environment import check_environment
from reprogan.doctor.leftovers import check_leftovers, tidy
from reprogan.doctor.repository import check_disk, check_git
from reprogan.doctor.store import check_store
from small import ROOT


def one(findings, level):
    (found,) = [finding for finding in findings if finding.level == level]
    return found


def test_the_environment_of_the_tests_is_the_locked_one():
    (found,) = check_environment(ROOT / "requirements.lock")
    assert found.level == "good", found.text


def test_a_package_of_another_version_or_none_is_named(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "numpy==1.0.0 \\\n    --hash=sha256:00\nnosuchthing==2.0 \\\n    --hash=sha256:00\n"
        "alsonot==1 ; sys_platform == 'nowhere' \\\n    --hash=sha256:00\n"
    )
    found = one(check_environment(lock), "fault")
    assert "numpy is 2" in found.text and "locked 1.0.0" in found.text
    assert "nosuchthing 2.0 is not installed" in found.text and "alsonot" not in found.text
    assert found.mend.endswith("make env")
    assert one(check_environment(tmp_path / "none"), "fault").mend


@pytest.fixture
def repo(tmp_path):
    def run(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    run("init", "-q", "-b", "main")
    run("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    return tmp_path, run


def test_a_head_on_no_branch_and_an_experiment_cut_short_are_found(repo):
    here, run = repo
    assert one(check_git(here), "good").text == "on main"
    run("checkout", "-q", "--detach")
    run("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    found = check_git(here)
    assert one(found, "fault").mend == "git checkout main"
    note = one(found, "note")
    subprocess.run(note.mend, shell=True, cwd=here, check=True)
    subprocess.run(one(found, "fault").mend, shell=True, cwd=here, check=True, capture_output=True)
    assert [finding.level for finding in check_git(here)] == ["good"]


def test_outside_git_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "no git repository" in one(check_git(tmp_path), "fault").text


def test_what_no_stage_makes_is_named_and_its_command_removes_it(tmp_path):
    for name in ("models/gan", "models/old", "metrics/cards/old"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "x").write_text("x")
    (tmp_path / "samples").mkdir()
    for name in ("gan.npz", "old.npz", ".gitignore"):
        (tmp_path / "samples" / name).write_text("x")
    outs = ["models/gan", "samples/gan.npz"]
    found = one(check_leftovers(tmp_path, [], outs), "fault")
    assert found.mend == "rm -r metrics/cards/old models/old samples/old.npz"
    subprocess.run(found.mend, shell=True, cwd=tmp_path, check=True)
    assert one(check_leftovers(tmp_path, [], outs), "good")
    assert (tmp_path / "models/gan/x").exists() and (tmp_path / "samples/gan.npz").exists()


def test_entries_of_no_stage_leave_the_lock_and_the_others_stay_as_they_were(tmp_path):
    lock = tmp_path / "dvc.lock"
    head, kept = (
        "schema: '2.0'\nstages:\n",
        "  train:\n    cmd: python x.py\n    deps:\n    - path: a\n      md5: 0123\n",
    )
    lock.write_text(head + "  gone:\n    cmd: python y.py\n" + kept)
    note = one(check_leftovers(tmp_path, ["train"], []), "note")
    assert "gone" in note.text and note.mend == "reprogan doctor --tidy"
    assert tidy(lock, ["train"]) == ["gone"]
    assert lock.read_text() == head + kept
    assert yaml.safe_load(lock.read_text())["stages"].keys() == {"train"}
    assert tidy(lock, ["train"]) == [] and tidy(tmp_path / "none", []) == []


def made_store(here, location):
    with sqlite3.connect(here / "mlflow.db") as store:
        store.execute("CREATE TABLE experiments (name TEXT, artifact_location TEXT)")
        store.execute("INSERT INTO experiments VALUES ('reprogan', ?)", (location,))
    store.close()


def test_a_store_that_was_moved_or_damaged_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert one(check_store(tmp_path), "note").mend == "reprogan sync"
    made_store(tmp_path, (tmp_path / "mlartifacts").as_uri())
    assert one(check_store(tmp_path), "good")
    (tmp_path / "mlflow.db").unlink()
    made_store(tmp_path, "file:///somewhere/else/mlartifacts")
    found = one(check_store(tmp_path), "fault")
    assert "moved" in found.text and "/somewhere/else/mlartifacts" in found.text
    (tmp_path / "mlflow.db").write_bytes(b"hello" * 1000)
    assert "damaged" in one(check_store(tmp_path), "fault").text


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    found = one(check_store(tmp_path), "fault")
    assert "does not answer" in found.text and "127.0.0.1:9" in found.text
    assert "secret" not in found.text + found.mend


def test_a_disk_that_is_nearly_full_is_a_fault(tmp_path, monkeypatch):
    assert all(finding.level == "good" for finding in check_disk(tmp_path, tmp_path / "s"))
    monkeypatch.setattr(repository, "free", lambda path: 10**6)
    assert "1.0 MB are free" in one(check_disk(tmp_path, tmp_path / "s"), "fault").text
