"""The zoo's parts that need no DVC: order of work, order of dvc.lock, what is shown."""

import io
import subprocess
import threading
import time

import pytest
from rich.console import Console

from reprogan import zoo
from reprogan.board import Board, LiveBoard, row_of
from reprogan.git import git
from reprogan.zoo import StageError, Zoo, in_order, last_words, parts, put_in_order

LOCK = """schema: '2.0'
stages:
  b@x:
    cmd: python b
    params:
      params.yaml:
        rate: 5e-05
  a:
    cmd: python a
  c:
    cmd: python c
"""


def test_a_lock_is_reordered_as_text(tmp_path):
    lock = tmp_path / "dvc.lock"
    lock.write_text(LOCK)
    graph = {"a": frozenset(), "b@x": frozenset("a"), "c": frozenset(["b@x"])}
    assert list(parts(lock)[1]) == ["b@x", "a", "c"]
    put_in_order(lock, [], graph)
    assert list(parts(lock)[1]) == ["a", "b@x", "c"] and "rate: 5e-05\n" in lock.read_text()
    assert sorted(lock.read_text()) == sorted(LOCK)
    put_in_order(lock, ["c", "gone", "b@x"], graph)
    assert list(parts(lock)[1]) == ["c", "b@x", "a"]
    assert parts(tmp_path / "none.lock") == ("", {})


@pytest.fixture
def committed(tmp_path):
    """A dvc.lock in the last commit, to be changed."""
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    for words in ("init -q", "add dvc.lock", "-c user.name=a -c user.email=a@b commit -qm x"):
        subprocess.run(["git", *words.split()], cwd=tmp_path, check=True)
    return tmp_path / "dvc.lock"


IN_ORDER = {name: frozenset() for name in ("a", "b@x", "c")}


@pytest.mark.parametrize("staged", [None, LOCK, LOCK + "  d:\n    cmd: x\n"])
def test_git_has_the_lock_in_order_where_it_had_it_as_it_was(committed, staged):
    """DVC stages it after each stage; what is committed then must not be the order of their ends."""
    if staged:
        committed.write_text(staged)
        subprocess.run(["git", "add", "dvc.lock"], cwd=committed.parent, check=True)
    committed.write_text(LOCK)
    put_in_order(committed, [], IN_ORDER)
    assert list(parts(committed)[1]) == ["a", "b@x", "c"]
    changed = git(committed.parent, "diff", "--name-only")
    assert changed == ("" if staged == LOCK else "dvc.lock")


@pytest.mark.parametrize("cut", [0, 20, len(LOCK) - 1, len(LOCK) - 10])
def test_a_lock_that_a_killed_dvc_has_cut_short_stays_as_it_is(committed, cut):
    """A stage of the zoo was killed, by the system or after Ctrl-C; the zoo was not."""
    committed.write_text(LOCK[:cut])
    subprocess.run(["git", "add", "dvc.lock"], cwd=committed.parent, check=True)
    put_in_order(committed, [], IN_ORDER)
    assert committed.read_text() == LOCK[:cut]


GRAPH = {
    "a": frozenset(),
    "b": frozenset("a"),
    "c": frozenset("a"),
    "d": frozenset(["b", "c"]),
    "e": frozenset("d"),
}


class Recorder:
    """A zoo whose stages do nothing but take note."""

    def __init__(self, jobs, failing=()):
        self.lock, self.now, self.most, self.done = threading.Lock(), 0, 0, []
        self.zoo = Zoo(GRAPH, jobs, Board(Console(file=io.StringIO()), GRAPH))
        self.zoo.run = self.run
        self.failing = failing

    def run(self, stage):
        with self.lock:
            assert GRAPH[stage] <= set(self.done)
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self.lock:
            self.now -= 1
            if stage in self.failing:
                self.zoo.failed.append(f"  {stage}: why")
                return False
            self.done.append(stage)
            return True


def test_a_run_that_goes_on_leaves_the_order_of_an_undisturbed_one(tmp_path):
    """c was done before b when the first run was stopped."""
    lock, note = tmp_path / "dvc.lock", tmp_path / "scratch/order.json"
    graph = {name: frozenset() for name in "abc"}

    def entries(names):
        lock.write_text(
            "schema: '2.0'\nstages:\n" + "".join(f"  {n}:\n    cmd: x\n" for n in names)
        )

    entries("a")
    with pytest.raises(KeyboardInterrupt), in_order(lock, graph, note):
        entries("ac")
        raise KeyboardInterrupt
    with in_order(lock, graph, note):
        entries("acb")
    assert list(parts(lock)[1]) == ["a", "b", "c"] and not note.exists()


@pytest.mark.parametrize(("jobs", "most"), [(1, 1), (2, 2), (8, 2)])
def test_a_stage_is_started_when_what_it_needs_is_done(jobs, most):
    recorder = Recorder(jobs)
    recorder.zoo.play()
    assert sorted(recorder.done) == sorted(GRAPH) and recorder.most == most


def test_after_a_failure_nothing_more_is_started_and_the_rest_is_told():
    recorder = Recorder(2, failing=("b",))
    with pytest.raises(StageError, match="b: why"):
        recorder.zoo.play()
    assert recorder.done == ["a", "c"]


def test_a_stage_s_own_error_is_told_and_not_dvc_s():
    lines = [
        "Running stage 'x':",
        "Error: params.yaml cannot be used:",
        "  loss: unknown",
        "ERROR: failed",
    ]
    assert last_words(lines) == lines[1:]
    assert last_words(["a"] * 30) == ["a"] * 15


def test_what_is_printed_of_a_failed_stage(monkeypatch):
    """A real process in DVC's place."""
    real = subprocess.Popen
    monkeypatch.setattr(
        zoo.subprocess,
        "Popen",
        lambda command, **options: real(["sh", "-c", "echo Error: because; exit 3"], **options),
    )
    one = Zoo({"a": frozenset()}, 1, Board(Console(file=io.StringIO()), "a"))
    with pytest.raises(StageError, match="Error: because"):
        one.play()


def test_rows_are_variants():
    assert [row_of(s) for s in ("train", "evaluate_variant@gan", "download")] == [
        "experiment",
        "gan",
        "download",
    ]


@pytest.mark.parametrize("kind", [Board, LiveBoard])
def test_a_line_for_each_variant(kind):
    out = io.StringIO()
    with kind(
        Console(file=out, width=200), ["download", "train_variant@gan", "sample_variant@gan"]
    ) as board:
        board.say("download", "running")
        board.say("download", "done")
        board.say("train_variant@gan", "running", "gan: 5 of 10 images [50%]")
        board.say("train_variant@gan", "up to date")
        board.say("sample_variant@gan", "failed")
    text = out.getvalue()
    assert "download" in text and "done 0:00:00" in text
    assert "gan" in text and "train up to date 0:00:00" in text and "sample failed" in text
