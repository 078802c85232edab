"""Published sets through both stages: pixels, labels and splits are exactly the source's own."""

import dataclasses
import errno
import gzip
import hashlib
import io
import json
import os
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from pictures import noise, settings
from PIL import Image

from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.data.settings import POINTS
from reprogan.data.sources import SOURCES, cifar10, digits
from reprogan.files import DiskFullError
from reprogan.stages.download import download
from reprogan.stages.normalize import normalize

FILES = [
    f"{split}-{part}-ubyte"
    for split in ("train", "t10k")
    for part in ("images-idx3", "labels-idx1")
]


def both(where, **fields):
    """Run both stages; train, test and the report."""
    chosen = settings(**fields)
    download(chosen, where / "raw")
    normalize(chosen, where / "raw", where / "out", where / "metrics/data.json")
    report = json.loads((where / "metrics/data.json").read_text("utf-8"))
    return (*(ImageSet.load(where / f"out/{name}.npz") for name in ("train", "test")), report)


def test_digits_are_those_of_scikit_learn(tmp_path):
    from sklearn.datasets import load_digits

    train, test, _ = both(tmp_path, name="digits")
    known = load_digits()
    expected = {
        (tuple(int(round(v * 255 / 16)) for v in image.ravel()), int(label))
        for image, label in zip(known.images, known.target, strict=True)
    }
    found = [
        (tuple(int(v) for v in image.ravel()), int(label))
        for part in (train, test)
        for image, label in zip(part.images, part.labels, strict=True)
    ]
    assert len(found) == 1797
    assert set(found) == expected
    assert train.classes == tuple("0123456789")


def test_digits_are_split_class_by_class(tmp_path):
    train, test, report = both(tmp_path, name="digits", test_share=0.3)
    for label in range(10):
        inner, outer = (int((part.labels == label).sum()) for part in (train, test))
        assert outer == round(0.3 * (inner + outer))
        assert report["train"]["histogram"][str(label)] == inner
    other, *_ = both(tmp_path, name="digits", test_share=0.3, seed=1)
    assert other.images.shape == train.images.shape
    assert not np.array_equal(other.images, train.images)


def test_the_report_says_what_is_in_the_files(tmp_path):
    train, test, report = both(tmp_path, name="digits", size=6, channels=3)
    assert {k: report[k] for k in ("size", "channels", "classes", "skipped")} == {
        "size": 6,
        "channels": 3,
        "classes": 10,
        "skipped": 0,
    }
    for name, part in (("train", train), ("test", test)):
        x = part.images.astype(np.float64) / 127.5 - 1
        assert report[name]["count"] == len(part)
        assert report[name]["mean"] == float(f"{x.mean():.6g}")
        assert report[name]["std"] == float(f"{x.std():.6g}")
        assert sum(report[name]["histogram"].values()) == len(part)


def test_an_empty_split_has_no_moments(tmp_path):
    report = both(tmp_path, name="digits", test_share=0.0)[2]
    assert (report["test"]["count"], report["test"]["mean"], report["test"]["std"]) == (
        0,
        None,
        None,
    )


def test_the_same_settings_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        both(tmp_path / name, name="digits", size=7)
    names = [p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file()]
    assert len(names) == 4
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("test.npz", ("out", "metrics")),
        ("train.npz", ("out", "metrics")),
        ("data.json", ("metrics",)),  # it comes last, when the images are in place
    ],
)
def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, name, kept):
    """The disk is full when the bytes of the file are to reach it."""
    both(tmp_path, name="digits")
    written = [path for part in kept for path in (tmp_path / part).iterdir()]
    before = {path: path.read_bytes() for path in written}
    fsync = os.fsync

    def full(file):
        if Path(f"/proc/self/fd/{file}").readlink().name == f".{name}.part":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match=name):
        both(tmp_path, name="digits", size=9)
    written = [path for part in kept for path in (tmp_path / part).iterdir()]
    assert {path: path.read_bytes() for path in written} == before


def test_another_table_than_the_known_one_is_refused(tmp_path, monkeypatch):
    (tmp_path / "digits.csv.gz").write_bytes(gzip.compress(b"0,1,2"))
    monkeypatch.setattr(digits, "installed", lambda: tmp_path / "digits.csv.gz")
    with pytest.raises(DataError, match=r"digits\.csv\.gz is not the table known"):
        download(settings(name="digits"), tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_normalize_without_download_says_so(tmp_path):
    for name in SOURCES:
        with pytest.raises(DataError, match="is missing: run the download stage first"):
            chosen = settings(name=name, size=1 if name in POINTS else 8)
            normalize(chosen, tmp_path, tmp_path / "out", tmp_path / "data.json")
    assert list(tmp_path.iterdir()) == []


def idx(path):
    """An independent reading of an IDX file."""
    data = gzip.decompress(path.read_bytes())
    count = data[3]
    shape = struct.unpack(f">{count}I", data[4 : 4 + 4 * count])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * count).reshape(shape)


@pytest.fixture
def served(mirror, mnist):
    mirror.files = {f"mnist/{n}.gz": (mnist / f"{n}.gz").read_bytes() for n in FILES}
    return mirror


def test_mnist_over_http_is_exact(served, mnist, tmp_path):
    train, test, report = both(tmp_path, name="mnist", size=28, mirror=f"{served.url}/mnist")
    assert [path for path, _ in served.log] == [f"/mnist/{name}.gz" for name in FILES]
    assert sorted(p.name for p in (tmp_path / "raw").iterdir()) == sorted(FILES)
    for part, prefix in ((train, "train"), (test, "t10k")):
        assert np.array_equal(part.images[:, 0], idx(mnist / f"{prefix}-images-idx3-ubyte.gz"))
        assert np.array_equal(part.labels, idx(mnist / f"{prefix}-labels-idx1-ubyte.gz"))
    assert report["train"]["mean"] == pytest.approx(0.1306604762738429 * 2 - 1, rel=1e-5)
    assert report["train"]["std"] == pytest.approx(0.30810780717887876 * 2, rel=1e-5)


def test_a_second_download_reads_what_was_kept(served, tmp_path):
    chosen = settings(name="mnist", mirror=f"{served.url}/mnist/")
    for _ in range(2):
        download(chosen, tmp_path / "raw")
        assert len(served.log) == 4
    first = {p.name: p.read_bytes() for p in (tmp_path / "raw").iterdir()}
    served.files = {name.replace("mnist", "other"): c for name, c in served.files.items()}
    name = "other/t10k-images-idx3-ubyte.gz"
    served.files[name] = gzip.compress(gzip.decompress(served.files[name]), 1)
    for path in (tmp_path / "root/.dvc/tmp/reprogan/downloads").iterdir():
        path.unlink()
    download(settings(name="mnist", mirror=f"{served.url}/other"), tmp_path / "raw")
    assert {p.name: p.read_bytes() for p in (tmp_path / "raw").iterdir()} == first


def test_one_wrong_file_leaves_the_old_folder_and_no_half_of_a_new_one(served, tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/old").touch()
    served.files["mnist/t10k-labels-idx1-ubyte.gz"] = b"<html>not found</html>"
    with pytest.raises(DataError, match="t10k-labels.*\n.*web page"):
        download(settings(name="mnist", mirror=f"{served.url}/mnist"), tmp_path / "raw")
    assert [p.name for p in tmp_path.rglob("raw/*")] == ["old"]
    assert not (tmp_path / ".raw.part").exists()


def test_a_folder_that_no_download_wrote_is_not_replaced(tmp_path):
    (tmp_path / "home/photos").mkdir(parents=True)
    with pytest.raises(DataError, match="home holds folders"):
        download(settings(name="digits"), tmp_path / "home")
    assert (tmp_path / "home/photos").is_dir()


def test_mnist_from_a_folder_at_another_size(mnist, tmp_path):
    fields = {"name": "mnist", "size": 32, "mirror": mnist.as_uri(), "resize": "bicubic"}
    train, test, _ = both(tmp_path, **fields)
    assert (train.images.shape, test.images.shape) == ((60000, 1, 32, 32), (10000, 1, 32, 32))
    source = idx(mnist / "t10k-images-idx3-ubyte.gz")
    for i in (0, 7, 9999):
        expected = Image.fromarray(source[i]).resize((32, 32), Image.Resampling.BICUBIC)
        assert np.array_equal(test.images[i, 0], np.asarray(expected))


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b"\1" + b[1:], lambda b: b""])
def test_a_spoiled_raw_file_is_refused(mnist, tmp_path, spoil):
    chosen = settings(name="mnist", mirror=mnist.as_uri())
    download(chosen, tmp_path / "raw")
    path = tmp_path / "raw/t10k-labels-idx1-ubyte"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=r"t10k-labels.* truncated: \d+ bytes\. Run the download"):
        normalize(chosen, tmp_path / "raw", tmp_path / "out", tmp_path / "data.json")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["fashion_mnist", "kmnist"])
def test_the_relatives_of_mnist_verify_the_archives(name, mirror, mnist):
    """MNIST's own files have the right names and form, and are not theirs."""
    mirror.files = {f"{n}.gz": (mnist / f"{n}.gz").read_bytes() for n in FILES}
    source = SOURCES[name]
    assert [f.md5_of for f in source.files.values()] == ["file"] * 4
    assert len(source.classes) == 10
    with pytest.raises(DataError, match="MD5 of the file"):
        download(settings(name=name, mirror=mirror.url), mnist.parent / "never written")


def test_every_published_checksum_is_another(mnist):
    files = [
        f for name in ("mnist", "fashion_mnist", "kmnist") for f in SOURCES[name].files.values()
    ]
    sums = {f.md5 for f in (*files, cifar10.ARCHIVE)}
    assert len(sums) == 13
    assert all(len(s) == 32 and int(s, 16) for s in sums)


RECORDS = noise(0, 60, 3073)
RECORDS[:, 0] %= 10


def cifar_archive(batches):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in batches.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


BATCHES = {
    "batches.meta.txt": b"airplane\n",
    "test_batch.bin": RECORDS[50:].tobytes(),
    **{f"data_batch_{n}.bin": RECORDS[10 * n - 10 : 10 * n].tobytes() for n in (3, 1, 2, 5, 4)},
}


def serve_cifar(mirror, monkeypatch, batches):
    content = cifar_archive(batches)
    mirror.files["cifar-10-binary.tar.gz"] = content
    file = dataclasses.replace(cifar10.ARCHIVE, md5=hashlib.md5(content).hexdigest())
    monkeypatch.setattr(cifar10, "ARCHIVE", file)


def test_cifar10_is_read_from_its_binary_records(mirror, monkeypatch, tmp_path):
    """A small archive of the official form: label, then the red, green and blue planes."""
    serve_cifar(mirror, monkeypatch, BATCHES)
    train, test, report = both(tmp_path, name="cifar10", size=32, mirror=mirror.url)
    for part, rows in ((train, RECORDS[:50]), (test, RECORDS[50:])):
        assert part.labels.tolist() == rows[:, 0].tolist()
        assert np.array_equal(part.images[:, 0].reshape(-1, 1024), rows[:, 1:1025])
        assert np.array_equal(part.images[:, 2].reshape(-1, 1024), rows[:, 2049:])
    assert train.classes[3] == "cat"
    assert report["train"]["count"] == 50


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"test_batch.bin": b"x" * 3072}, "no multiple of 3073 bytes"),
        ({"test_batch.bin": b"\x0a" * 3073}, r"labels must be in \[0, 9\]"),
        ({"data_batch_2.bin": None}, r"lacks data_batch_2\.bin"),
    ],
)
def test_other_records_are_refused(mirror, monkeypatch, tmp_path, change, why):
    batches = {name: content for name, content in (BATCHES | change).items() if content is not None}
    serve_cifar(mirror, monkeypatch, batches)
    with pytest.raises(DataError, match=why):
        both(tmp_path, name="cifar10", size=32, mirror=mirror.url)
