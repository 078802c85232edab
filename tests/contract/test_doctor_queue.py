"""A task of DVC's queue whose process is gone is found, and no other."""

import json
import os
import subprocess
import sys

import pytest

from reprogan.doctor.queue import RUNS, check_queue


def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def task(here, pid, returncode=None, name="six"):
    """What DVC keeps of one that has been started."""
    folder = here / RUNS / "1d8b8d2"
    folder.mkdir(parents=True)
    run = {"name": name, "root_dir": str(here / ".dvc/tmp/exps/a b"), "status": 2}
    (folder / "1d8b8d2.run").write_text(json.dumps(run))
    path = folder / "1d8b8d2.json"
    path.write_text(json.dumps({"pid": pid, "returncode": returncode}))
    return path


def test_one_whose_process_is_gone(tmp_path):
    task(tmp_path, gone())
    (found,) = check_queue(tmp_path)
    assert found.level == "note" and found.text.startswith("six was run by process")
    assert found.mend.startswith("dvc queue kill six && dvc queue remove six && rm -rf '")


def test_one_that_runs_and_one_that_has_ended(tmp_path):
    task(tmp_path / "a", os.getpid())
    task(tmp_path / "b", gone(), returncode=-9)
    assert check_queue(tmp_path / "a") == check_queue(tmp_path / "b") == []
    assert check_queue(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": null, "returncode": null}', "\xff"])
def test_notes_that_dvc_is_writing_are_passed_over(tmp_path, content):
    task(tmp_path, gone()).write_bytes(content.encode("latin-1"))
    assert check_queue(tmp_path) == []
