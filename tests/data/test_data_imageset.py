"""Sets of images as stored: exact, the same bytes each time, and refused when they are not that."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pictures import noise

import reprogan.data
from reprogan.data.errors import DataError
from reprogan.data.imageset import UNLABELED, ImageSet
from reprogan.files import DiskFullError

SRC = str(Path(reprogan.data.__file__).parents[2])


def a_set(count=5, channels=3, classes=("b", "ä", "a c")):
    labels = np.arange(count) % len(classes) if classes else np.full(count, UNLABELED)
    images = noise(0, count, channels, 4, 4)
    return ImageSet(images=images, labels=labels.astype(np.int64), classes=classes)


@pytest.mark.parametrize("whole", [a_set(), a_set(0), a_set(channels=1, classes=())])
def test_what_is_saved_is_loaded_and_its_bytes_repeat(tmp_path, whole):
    whole.save(tmp_path / "deep/a.npz")
    whole.save(tmp_path / "b.npz")
    found = ImageSet.load(tmp_path / "b.npz")
    assert np.array_equal(found.images, whole.images)
    assert np.array_equal(found.labels, whole.labels)
    assert found.classes == whole.classes
    assert (len(found), found.channels, found.size) == (len(whole), whole.channels, 4)
    assert (tmp_path / "deep/a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert [p.name for p in sorted(tmp_path.rglob("*"))] == ["b.npz", "deep", "a.npz"]


def test_points_in_the_plane_are_images_of_two_channels_and_one_pixel():
    points = ImageSet(images=noise(0, 3, 2, 1, 1), labels=np.zeros(3, np.int64), classes=("a",))
    assert (points.channels, points.size) == (2, 1)


def test_rows_are_taken_in_order():
    assert a_set().take(np.array([0, 1, 0, 1, 1], bool)).labels.tolist() == [1, 0, 1]


U8, I64 = np.uint8, np.int64


@pytest.mark.parametrize(
    ("images", "labels", "classes", "why"),
    [
        (np.zeros((2, 1, 4, 4), np.float32), np.zeros(2, I64), ("a",), "float32"),
        (np.zeros((2, 2, 4, 4), U8), np.zeros(2, I64), ("a",), r"\(2, 2, 4, 4\)"),
        (np.zeros((2, 4, 4), U8), np.zeros(2, I64), ("a",), r"\(2, 4, 4\)"),
        (np.zeros((2, 1, 4, 5), U8), np.zeros(2, I64), ("a",), "square"),
        (np.zeros((2, 1, 4, 4), U8), np.zeros(3, I64), ("a",), r"\(2,\) int64"),
        (np.zeros((2, 1, 4, 4), U8), np.zeros(2, np.int32), ("a",), "int32"),
        (np.zeros((2, 1, 4, 4), U8), np.ones(2, I64), ("a",), r"in \[0, 0\]"),
        (np.zeros((2, 1, 4, 4), U8), -np.ones(2, I64), ("a",), r"in \[0, 0\]"),
        (np.zeros((2, 1, 4, 4), U8), np.zeros(2, I64), (), r"in \[-1, -1\]"),
    ],
)
def test_other_arrays_are_refused(tmp_path, images, labels, classes, why):
    with pytest.raises(DataError, match=why):
        ImageSet(images=images, labels=labels, classes=classes)
    np.savez(tmp_path / "x.npz", images=images, labels=labels, classes=np.array(classes, np.str_))
    with pytest.raises(DataError, match=why):
        ImageSet.load(tmp_path / "x.npz")


def test_a_missing_file_names_the_stage_to_run(tmp_path):
    with pytest.raises(DataError, match=r"none\.npz is missing: run the normalize stage first"):
        ImageSet.load(tmp_path / "none.npz")


@pytest.mark.parametrize("spoil", ["cut", "flip", "text", "empty", "array", "pickle", "keys"])
def test_a_broken_file_is_refused(tmp_path, spoil):
    path = tmp_path / "x.npz"
    a_set(200).save(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    if spoil == "array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    elif spoil == "pickle":
        np.savez(path, images=np.array([{}], object), labels=1, classes=1)
    elif spoil == "keys":
        np.savez(path, images=np.zeros((1, 1, 4, 4), U8))
    else:
        options = {"cut": data[:-500], "flip": data, "text": b"<html>", "empty": b""}
        path.write_bytes(options[spoil])
    with pytest.raises(DataError, match=r"x\.npz .* run the normalize stage again"):
        ImageSet.load(path)


def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path):
    """/dev/full gives the system's own error, at the moment when bytes reach the disk."""
    path = tmp_path / "train.npz"
    a_set(1).save(path)
    before = path.read_bytes()
    (tmp_path / ".train.npz.part").symlink_to("/dev/full")
    with pytest.raises(
        DiskFullError, match=r"No space left on device; [\d,.]+ MB are free"
    ) as caught:
        a_set(50_000).save(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def loaded_by(code):
    """Top-level modules that a fresh process has after `code`."""
    text = f"import sys; {code}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    job = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, cwd=SRC
    )
    return set(job.stdout.split())


def test_heavy_libraries_are_imported_only_where_they_are_needed():
    heavy = {"torch", "torchvision", "sklearn", "scipy", "matplotlib", "mlflow"}
    stages = "import reprogan.stages.download, reprogan.stages.normalize"
    assert not heavy & loaded_by(stages)
    light = {"numpy", "PIL", "requests", "tqdm"}
    assert not (heavy | light) & loaded_by("import reprogan.data.settings")
    assert not (heavy | light - {"numpy"} | {"pydantic"}) & loaded_by(
        "import reprogan.data.imageset"
    )
