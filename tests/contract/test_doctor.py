"""What is wrong is found, what is right is not, and each finding says what mends it."""

import shlex
import sqlite3
import subprocess

import pytest
import torch
import yaml

from reprogan.doctor import repository
from reprogan.doctor.device import check_device
from reprogan.doctor.environment import check_environment
from reprogan.doctor.examination import examine
from reprogan.doctor.leftovers import check_leftovers, tidy
from reprogan.doctor.repository import check_disk, check_git
from reprogan.doctor.store import check_store
from small import ROOT

PROGRAMS = ("reprogan", "dvc", "git", "rm", "mv")
"""What a mend begins with."""


def one(findings, level):
    refuse_prose(findings)
    (found,) = [finding for finding in findings if finding.level == level]
    return found


def refuse_prose(findings):
    """Whatever is not good has a mend to type; a note may say that there is nothing to do."""
    for found in findings:
        if found.mend:
            for command in found.mend.split(" && "):
                program, *words = shlex.split(command)
                assert program in PROGRAMS or (program, words) == ("make", ["env"]), found
                assert not any(word.endswith((",", ".")) for word in words), found
        else:
            idle = found.level == "note" and "nothing is to be done" in found.text
            assert found.level == "good" or idle, found


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


def test_what_is_in_a_folder_that_a_stage_makes_is_no_leftover(tmp_path):
    """As the cards of a study."""
    (tmp_path / "metrics/cards").mkdir(parents=True)
    (tmp_path / "metrics/cards/gan-0.json").write_text("x")
    assert one(check_leftovers(tmp_path, ["judge"], ["metrics/cards"]), "good")


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


def broken(here):
    """Everything in it is damaged."""
    (here / ".dvc").mkdir()
    for name in (".dvc/config", "dvc.yaml", "params.yaml", "requirements.lock"):
        (here / name).write_text("[<<<<<<< HEAD")
    (here / "mlflow.db").write_bytes(b"hello" * 1000)


def conflicting(here):
    """And dvc.lock too, which DVC stumbles over first."""
    broken(here)
    (here / "dvc.lock").write_text("[<<<<<<< HEAD")


def neglected(here):
    """Nothing is damaged, and everything is in disorder."""

    def git(*words):
        subprocess.run(["git", *words], cwd=here, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    git("checkout", "-q", "--detach")
    git("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    (here / ".dvc/cache").mkdir(parents=True)
    (here / ".dvc/cache/x").write_text("x")
    (here / ".dvc/config").write_text(
        "['remote \"my store\"']\n    url = s3://b/x\n    secret_access_key = S3CRET\n"
    )
    (here / "dvc.yaml").write_text("stages: {}\n")
    stages = {step: {"cmd": "x"} for step in ("train", "sample", "evaluate")}
    (here / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
    (here / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    (here / "requirements.lock").write_text("numpy==1.0.0 \\\n    --hash=sha256:00\n")
    (here / "models/old one").mkdir(parents=True)
    made_store(here, (here / "mlartifacts").as_uri())


@pytest.mark.parametrize(
    ("make", "faults"),
    [
        (broken, {"environment", "params", "git", "dvc.yaml", "remotes", "mlflow", "disk"}),
        (conflicting, {"environment", "params", "git", "dvc.lock", "remotes", "mlflow", "disk"}),
        (neglected, {"environment", "git", "outputs", "remotes", "disk"}),
    ],
)
def test_every_finding_that_is_not_good_says_what_to_type(tmp_path, monkeypatch, make, faults):
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setattr(repository, "free", lambda path: 10**6)
    monkeypatch.chdir(tmp_path)
    make(tmp_path)
    findings = examine(tmp_path)
    assert {found.about for found in findings if found.level == "fault"} == faults
    refuse_prose(findings)


@pytest.mark.parametrize("cuda", [None, "12.8"])
def test_without_a_gpu_there_is_nothing_to_do(monkeypatch, cuda):
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert "all runs on the CPU" in one(check_device(), "note").text
