"""When a training is saved, what is kept of it, and what else may lie where it is kept."""

import errno
import os
import shutil
import subprocess
import sys
import time

import pytest
import torch

from reprogan import checkpoint, files
from reprogan.checkpoint import ABANDONED, Checkpoints, pack
from reprogan.files import UnwritableError, refuse_unwritable, replacing_folder, write
from reprogan.saves import Saves
from reprogan.sealed import seal, sealed, unseal
from reprogan.settings import Train
from reprogan.stages.train import Machine, train
from small import ZOO
from trained import save_data


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data").mkdir()
    return save_data(tmp_path / "data")


def run(data, out, saves, steps=12):
    machine = Machine(out / "scratch", "cpu", saves)
    train("it", ZOO["ns_gan"], Train(images=1, batch=8, history_every=2), steps, data,
          out / "model", out / "history.csv", machine)  # fmt: skip
    return (out / "model/weights.safetensors").read_bytes()


@pytest.fixture
def saved(monkeypatch):
    """The steps of all checkpoints that are written, and how many were there after each."""
    found, save = [], Checkpoints.save

    def noting(self, step, state):
        path = save(self, step, state)
        found.append((step, len(self.paths())))
        return path

    monkeypatch.setattr(Checkpoints, "save", noting)
    return found


@pytest.mark.parametrize(
    ("images", "keep", "steps"),
    [
        (32, 2, [(4, 1), (8, 2), (12, 2)]),
        (20, 1, [(3, 1), (5, 1), (8, 1), (10, 1)]),  # the batch that reaches 20, 40, 60, 80
        (24, 3, [(3, 1), (6, 2), (9, 3), (12, 3)]),
        (1000, 2, []),
        (None, 2, []),
    ],
)
def test_every_so_many_images_and_so_many_of_them(data, tmp_path, saved, images, keep, steps):
    run(data, tmp_path, Saves(1e9, images, keep))
    assert saved == steps


def test_seconds_count_beside_images(data, tmp_path, saved):
    run(data, tmp_path, Saves(0, 32))
    assert [step for step, _ in saved] == list(range(1, 13))
    assert Saves(30).due(30.1, 8, 8) and not Saves(30).due(30, 8, 8)


def test_no_save_changes_a_bit(data, tmp_path):
    results = {run(data, tmp_path / str(k), s) for k, s in enumerate((Saves(0), Saves(1e9, 8)))}
    assert len(results) == 1


def test_a_file_that_was_renamed_is_another(tmp_path):
    """A checkpoint of step 3 that is called step 7 would skip four steps."""
    path = seal(tmp_path, 3, b"state")
    assert unseal(path) == b"state" and sealed(tmp_path) == [path]
    assert unseal(path.rename(path.with_name(path.name.replace("03-", "07-")))) is None


def test_foreign_files_are_no_checkpoints(tmp_path):
    for name in ("1.safetensors", "000000000003-x.safetensors", ".000000000003.part", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert Checkpoints(tmp_path).latest() is None and sealed(tmp_path) == []


def test_a_whole_file_that_holds_no_state_is_passed_over(tmp_path, capsys):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(3, {"x": torch.tensor(3)})
    whole = pack({"x": torch.tensor(4)})
    strange = [b"", b"\xff" * 8, whole[:-1], whole.replace(b'"tree"', b'"true"'),
               whole.replace(b"dict", b"bict"), whole.replace(b"tensor\\", b"tensed\\")]  # fmt: skip
    for k, content in enumerate(strange):
        seal(tmp_path, 4 + k, content)
    step, state = checkpoints.latest()
    assert step == 3 and state["x"] == 3
    assert capsys.readouterr().err.count("is damaged; going back") == len(strange)


def test_one_that_cannot_be_read_is_passed_over(tmp_path, capsys):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(3, {"x": torch.tensor(3)})
    path = checkpoints.save(4, {"x": torch.tensor(4)})
    path.unlink()
    path.mkdir()  # for root, who may read all files, the only one that cannot be read
    assert checkpoints.latest()[0] == 3


def test_a_state_of_another_game_is_refused_and_not_half_used(data, tmp_path, monkeypatch):
    monkeypatch.setattr("reprogan.stages.train.key_of", lambda *_: "key")
    Checkpoints(tmp_path / "scratch/checkpoints/key").save(5, {"game": {}, "history": {}})
    with pytest.raises(ValueError, match="holds the state of another training .* remove it"):
        run(data, tmp_path, Saves())


def old(folder):
    folder.mkdir(parents=True)
    long_ago = time.time() - ABANDONED - 60
    os.utime(folder, (long_ago, long_ago))
    return folder


def test_the_forgotten_are_removed_but_none_that_is_in_use(tmp_path):
    mine = Checkpoints(tmp_path / "checkpoints/mine")
    mine.save(1, {"x": torch.tensor(1)})
    forgotten, used = old(tmp_path / "checkpoints/forgotten"), old(tmp_path / "checkpoints/used")
    other = Checkpoints(tmp_path / "checkpoints/other")
    other.save(1, {"x": torch.tensor(1)})
    code = "import sys, filelock; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); print(); sys.stdin.read()"
    (tmp_path / "locks").mkdir()
    command = [sys.executable, "-u", "-c", code, str(Checkpoints(used).lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as user:
        user.stdout.readline()
        mine.clear()
        assert not mine.directory.exists() and not forgotten.exists()
        assert used.exists() and other.paths()
        user.communicate()
    mine.clear()
    assert not used.exists()


def test_a_run_that_ends_meanwhile_takes_its_own_away(tmp_path, monkeypatch):
    """Between the listing of directories and the look at one of them."""
    mine, other = (Checkpoints(tmp_path / "checkpoints" / name) for name in ("mine", "other"))
    other.save(1, {"x": torch.tensor(1)})

    def listed(*_):
        shutil.rmtree(other.directory)
        return [other.directory]

    monkeypatch.setattr(checkpoint.Path, "glob", listed)
    mine.clear()


def test_what_cannot_be_written_is_found_before_training(data, tmp_path, monkeypatch):
    """A file where a folder must be stands for all that root may do."""
    (tmp_path / "model").write_text("a file")
    trained = []
    monkeypatch.setattr("reprogan.training.train", lambda *words, **_: trained.append(words))
    with pytest.raises(UnwritableError, match=r"model cannot be written: .*Nothing was computed"):
        run(data, tmp_path, Saves())
    assert not trained


def test_a_look_at_a_folder_leaves_nothing(tmp_path):
    refuse_unwritable(tmp_path, tmp_path / "none" / "inner")
    assert list(tmp_path.iterdir()) == []


def refusing(number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_takes_no_file_is_named(tmp_path, monkeypatch, number):
    monkeypatch.setattr(files, "TemporaryFile", refusing(number))
    with pytest.raises(UnwritableError) as caught:
        refuse_unwritable(tmp_path / "models")
    assert str(tmp_path / "models") in str(caught.value) and os.strerror(number) in str(
        caught.value
    )


def test_a_read_only_disk_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(files.os, "fsync", refusing(errno.EROFS))
    with pytest.raises(UnwritableError, match="it.txt could not be written: Read-only"):
        write(tmp_path / "it.txt", "text")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["move aside", "move in", "remove"])
def test_a_folder_is_whole_or_absent_whenever_it_is_looked_at(tmp_path, monkeypatch, moment):
    """A kill in the midst of replacing it is a BaseException that nothing cleans up after."""
    path = tmp_path / "it"
    path.mkdir()
    (path / "a").write_text("old"), (path / "b").write_text("old")
    calls = []

    class Killed(BaseException):
        pass

    def killed(name, real):
        def call(*words, **options):
            calls.append(name)
            if calls.count(name) == when.get(name):
                raise Killed
            return real(*words, **options)

        return call

    when = {"move aside": {"replace": 1}, "move in": {"replace": 2}, "remove": {"rmtree": 3}}[
        moment
    ]
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(files.Path, "replace", killed("replace", files.Path.replace))
        patch.setattr(files.shutil, "rmtree", killed("rmtree", files.shutil.rmtree))
        with replacing_folder(path) as folder:
            (folder / "a").write_text("new")
    found = {file.name: file.read_text() for file in path.glob("*")}
    assert found in ({"a": "old", "b": "old"}, {"a": "new"}, {})
    with replacing_folder(path) as folder:
        (folder / "c").write_text("next")
    assert [file.name for file in tmp_path.rglob("*")] == ["it", "c"]
