"""What a DVC that was killed leaves half-written is found; what one at work is writing is not."""

import subprocess
import threading
import time

import pytest

from reprogan.doctor import torn
from reprogan.doctor.torn import AT_WORK, LOCK, check_torn
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
    assert check_torn(tmp_path) == check_torn(ROOT) == []


@pytest.mark.parametrize(("path", "text"), [(path, text) for path in HALF for text in HALF[path]])
def test_each_is_found_and_its_mend_mends(tmp_path, soon, path, text):
    put(tmp_path, path, text)
    (found,) = check_torn(tmp_path)
    assert found.level == "fault" and found.text.startswith(f"{path} is cut short")
    assert found.mend == f"rm {path}"
    subprocess.run(found.mend, shell=True, cwd=tmp_path, check=True)
    assert check_torn(tmp_path) == []


def test_a_committed_lock_comes_back_from_git(tmp_path, soon):
    put(tmp_path, LOCK, WHOLE[LOCK])
    subprocess.run("git init -q && git add -A", shell=True, cwd=tmp_path, check=True)
    put(tmp_path, LOCK, HALF[LOCK][1])
    (found,) = check_torn(tmp_path)
    assert found.mend == "git checkout dvc.lock"
    subprocess.run(found.mend, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / LOCK).read_text() == WHOLE[LOCK] and check_torn(tmp_path) == []


def test_the_index_that_git_was_writing(tmp_path, soon):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert check_torn(tmp_path) == []
    (tmp_path / ".git/index.lock").write_bytes(b"DIRC")
    (found,) = check_torn(tmp_path)
    assert found.level == "fault" and found.mend == "rm .git/index.lock"
    subprocess.run(found.mend, shell=True, cwd=tmp_path, check=True)
    assert check_torn(tmp_path) == []


def test_a_merge_that_met_conflicts(tmp_path, soon):
    def git(*words, status=0):
        done = subprocess.run(["git", *words], cwd=tmp_path, capture_output=True)
        assert done.returncode == status, done.stdout

    def commit(text):
        put(tmp_path, LOCK, text)
        git("add", "-A")
        git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")

    git("init", "-q", "-b", "main")
    commit(WHOLE[LOCK])
    git("checkout", "-qb", "theirs")
    commit(WHOLE[LOCK].replace("path: a", "path: b"))
    git("checkout", "-q", "main")
    commit(ours := WHOLE[LOCK].replace("path: a", "path: c"))
    git("merge", "theirs", status=1)
    (found,) = check_torn(tmp_path)
    assert "conflicts" in found.text and found.mend == "git checkout HEAD dvc.lock"
    subprocess.run(found.mend, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / LOCK).read_text() == ours and check_torn(tmp_path) == []


def test_one_that_is_being_written_is_waited_for(tmp_path):
    put(tmp_path, LOCK, "")
    ends = threading.Timer(0.5, put, [tmp_path, LOCK, WHOLE[LOCK]])
    ends.start()
    began = time.monotonic()
    assert check_torn(tmp_path) == []
    assert 0.4 < time.monotonic() - began < torn.PATIENCE
