"""What a kill leaves half-written is found, and its mend mends; what is being written is no fault."""

import subprocess
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reprogan.__main__ import app
from reprogan.doctor import torn
from reprogan.doctor.examination import examine
from reprogan.doctor.torn import AT_WORK, LOCK, check_git_locks, check_torn
from small import ROOT

WHOLE = {
    AT_WORK: '{"write": {"/a/models": {"pid": 7, "cmd": "dvc repro"}}, "read": {}}',
    LOCK: "schema: '2.0'\nstages:\n  train:\n    cmd: python train\n    outs:\n    - path: a\n",
}
HALF = {AT_WORK: ['{"write": {"/a/mo', "[]", "\xff"], LOCK: ["", "schema: '2.0'\nstages:\n  tra"]}


def put(here, path, text):
    (here / path).parent.mkdir(parents=True, exist_ok=True)
    (here / path).write_bytes(text.encode("latin-1"))


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(torn, "PATIENCE", 0.1)


def test_nothing_is_found_where_there_is_none_or_it_is_whole(tmp_path, soon):
    assert check_torn(tmp_path) == []
    for path, text in WHOLE.items():
        put(tmp_path, path, text)
    assert check_torn(tmp_path) == []
    put(tmp_path, LOCK, (ROOT / "dvc.lock").read_text("utf-8"))
    assert check_torn(tmp_path) == []


@pytest.mark.parametrize(("path", "text"), [(path, text) for path in HALF for text in HALF[path]])
def test_each_is_found_and_its_mend_mends(tmp_path, soon, path, text):
    put(tmp_path, path, text)
    (found,) = check_torn(tmp_path)
    assert found.level == "fault" and found.text.startswith(f"{path} is cut short")
    assert found.mend == f"rm {path}"
    subprocess.run(found.mend, shell=True, cwd=tmp_path, check=True)
    assert check_torn(tmp_path) == []


def git(here, *words, status=0):
    me = ("-c", "user.name=a", "-c", "user.email=a@b")
    done = subprocess.run(["git", *me, *words], cwd=here, capture_output=True)
    assert done.returncode == status, done.stderr


@pytest.fixture
def repo(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path, LOCK, WHOLE[LOCK])
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    return tmp_path


def mended(here, mend):
    """What dvc.lock is after the one mend that is named, which must be this."""
    (found,) = check_torn(here)
    assert found.mend == mend
    subprocess.run(mend, shell=True, cwd=here, check=True, capture_output=True)
    assert check_torn(here) == []
    return (here / LOCK).read_text() if (here / LOCK).exists() else None


OURS = WHOLE[LOCK].replace("path: a", "path: c")


def test_a_lock_that_dvc_had_staged_comes_back(repo, soon):
    put(repo, LOCK, OURS)
    git(repo, "add", "-A")
    put(repo, LOCK, HALF[LOCK][1])
    assert mended(repo, "git checkout dvc.lock") == OURS


def test_what_is_no_better_is_not_brought_back(repo, soon):
    """The staged one is torn as well; then that of the commit too."""
    put(repo, LOCK, HALF[LOCK][1])
    git(repo, "add", "-A")
    assert mended(repo, "git checkout HEAD dvc.lock") == WHOLE[LOCK]
    put(repo, LOCK, HALF[LOCK][1])
    git(repo, "commit", "-qam", "x")
    assert mended(repo, "rm dvc.lock") is None


def test_one_that_git_is_only_to_know_of(tmp_path, soon):
    git(tmp_path, "init", "-q")
    put(tmp_path, LOCK, HALF[LOCK][1])
    git(tmp_path, "add", "--intent-to-add", "dvc.lock")
    assert mended(tmp_path, "rm dvc.lock") is None


@pytest.mark.parametrize("added", [False, True])
def test_a_merge_that_met_conflicts(repo, soon, added):
    git(repo, "checkout", "-qb", "theirs")
    put(repo, LOCK, WHOLE[LOCK].replace("path: a", "path: b"))
    git(repo, "commit", "-qam", "x")
    git(repo, "checkout", "-q", "main")
    put(repo, LOCK, OURS)
    git(repo, "commit", "-qam", "x")
    git(repo, "merge", "theirs", status=1)
    if added:
        git(repo, "add", "-A")
    assert "conflicts" in check_torn(repo)[0].text
    assert mended(repo, "git checkout HEAD dvc.lock") == OURS


@pytest.mark.parametrize("name", ["index.lock", "HEAD.lock"])
def test_what_git_was_writing(repo, soon, name):
    assert check_git_locks(repo) == []
    (repo / ".git" / name).write_bytes(b"DIRC")
    (found,) = check_git_locks(repo)
    assert found.level == "fault" and found.mend == f"rm .git/{name}"
    subprocess.run(found.mend, shell=True, cwd=repo, check=True)
    assert check_git_locks(repo) == []


def test_git_s_locks_are_named_from_where_one_is(repo, soon):
    study = repo / "studies/a"
    study.mkdir(parents=True)
    git(repo, "worktree", "add", "-q", str(repo / "aside"))
    (repo / ".git/index.lock").write_text("")
    assert [found.mend for found in check_git_locks(study)] == ["rm ../../.git/index.lock"]
    assert check_git_locks(repo / "aside") == []
    (repo / ".git/worktrees/aside/index.lock").write_text("")
    assert [it.mend for it in check_git_locks(repo / "aside")] == [
        "rm ../.git/worktrees/aside/index.lock"
    ]


def test_without_git_there_are_no_locks_of_it(tmp_path, soon, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert check_git_locks(tmp_path) == []
    put(tmp_path, LOCK, "")
    assert [found.mend for found in check_torn(tmp_path)] == ["rm dvc.lock"]


def test_one_that_cannot_be_read_is_dvc_s_to_tell(tmp_path, soon):
    (tmp_path / LOCK).mkdir()
    assert check_torn(tmp_path) == []


def test_the_doctor_looks_into_studies(repo, soon, monkeypatch):
    monkeypatch.chdir(repo)
    (repo / "studies/a/.dvc").mkdir(parents=True)
    put(repo, Path("studies/a") / LOCK, WHOLE[LOCK])
    git(repo, "add", "-A")
    put(repo, Path("studies/a") / LOCK, "")
    (found,) = [it for it in examine(repo) if it.about == "dvc.lock" and it.level == "fault"]
    assert found.mend == "git checkout studies/a/dvc.lock"
    subprocess.run(found.mend, shell=True, cwd=repo, check=True, capture_output=True)
    assert check_torn(repo, Path("studies/a")) == []


def test_tidying_a_torn_lock_is_left_until_it_is_whole(repo, soon, monkeypatch):
    monkeypatch.chdir(repo)
    put(repo, Path("dvc.yaml"), "stages: {}\n")
    put(repo, LOCK, HALF[LOCK][1])
    done = CliRunner().invoke(app, ["doctor", "--tidy"])
    assert done.exit_code == 1 and "git checkout dvc.lock" in done.stdout
    assert (repo / LOCK).read_text() == HALF[LOCK][1]


def test_the_doctor_is_asked_at_the_root(repo, monkeypatch):
    study = repo / "studies/a"
    for path in ("dvc.yaml", "studies/a/dvc.yaml"):
        put(repo, Path(path), "stages: {}\n")
    monkeypatch.chdir(study)
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code != 0 and "not the root" in str(done.exception) + done.output


def test_one_that_is_being_written_is_waited_for(tmp_path):
    put(tmp_path, LOCK, "")
    ends = threading.Timer(0.5, put, [tmp_path, LOCK, WHOLE[LOCK]])
    ends.start()
    began = time.monotonic()
    assert check_torn(tmp_path) == []
    assert 0.4 < time.monotonic() - began < torn.PATIENCE
