"""A task of DVC's queue whose process is gone is found, and no other."""

import json
import os
import subprocess
import sys

import pytest

from reprogan.doctor.queue import EXPERIMENTS, check_queue


def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def task(here, pid, returncode=None, name="six", place=None):
    """What DVC keeps of one that has been started."""
    folder = here / EXPERIMENTS / "run/1d8b8d2"
    folder.mkdir(parents=True)
    run = {"name": name, "root_dir": str(place or here / EXPERIMENTS / "a b"), "status": 2}
    (folder / "1d8b8d2.run").write_text(json.dumps(run))
    path = folder / "1d8b8d2.json"
    path.write_text(json.dumps({"pid": pid, "returncode": returncode}))
    return path


def test_one_whose_process_is_gone(tmp_path):
    task(tmp_path, gone())
    (found,) = check_queue(tmp_path)
    assert found.level == "note" and found.text.startswith("six was run by process")
    assert found.mend.startswith("dvc queue kill six && dvc queue remove six && rm -rf '")


@pytest.mark.parametrize(
    "place", [".", "..", ".dvc", ".dvc/tmp/exps", ".dvc/tmp/exps/a/b", "../a/.dvc/tmp/exps/b"]
)
def test_nothing_but_a_folder_of_the_queue_is_ever_to_be_removed(tmp_path, place):
    """An experiment in the workspace is noted in the same place, with the repository as its folder."""
    task(tmp_path, gone(), place=(tmp_path / place).resolve())
    assert check_queue(tmp_path) == []


def test_one_that_runs_and_one_that_has_ended(tmp_path):
    task(tmp_path / "a", os.getpid())
    task(tmp_path / "b", gone(), returncode=-9)
    assert check_queue(tmp_path / "a") == check_queue(tmp_path / "b") == []
    assert check_queue(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": null, "returncode": null}', "\xff"])
def test_notes_that_dvc_is_writing_are_passed_over(tmp_path, content):
    task(tmp_path, gone()).write_bytes(content.encode("latin-1"))
    assert check_queue(tmp_path) == []
