"""A user's own images: every way to hand them over, and every way in which they can be odd."""

import io
import json
import random
import tarfile
import zipfile

import numpy as np
import pytest
from pictures import encoded, noise, picture, plant, settings
from PIL import Image

from reprogan.component import ConfigError
from reprogan.data import gallery
from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.files import DiskFullError
from reprogan.stages.download import download
from reprogan.stages.normalize import normalize

TREE = {
    f"{c}/{i:02}.png": picture(10 * k + i) for k, c in enumerate(("cat", "dog")) for i in range(10)
}


def run(where, path, **fields):
    """Run both stages; train, test and the report."""
    chosen = settings(path=str(path), **fields)
    download(chosen, where / "raw")
    normalize(chosen, where / "raw", where / "out", where / "data.json")
    report = json.loads((where / "data.json").read_text("utf-8"))
    return (*(ImageSet.load(where / f"out/{name}.npz") for name in ("train", "test")), report)


def pixels(content):
    found = np.asarray(Image.open(io.BytesIO(content)))
    return found[None] if found.ndim == 2 else found.transpose(2, 0, 1)


def pack(tmp_path, suffix, tree=TREE, order=list):
    """An archive of the tree, its members in some order."""
    path = tmp_path / f"packed{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in order(tree):
                archive.writestr(name, tree[name])
        return path
    with tarfile.open(path, "w:" + suffix.removeprefix(".tar").removeprefix(".")) as archive:
        for name in order(tree):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(tree[name]), 7
            archive.addfile(info, io.BytesIO(tree[name]))
    return path


def test_pixels_of_the_right_size_are_the_files_own(tmp_path):
    train, test, report = run(tmp_path, plant(tmp_path / "own", TREE))
    assert (len(train), len(test)) == (16, 4)
    assert train.classes == ("cat", "dog")
    known = {pixels(content).tobytes(): name.split("/")[0] for name, content in TREE.items()}
    found = [
        (image.tobytes(), part.classes[label])
        for part in (train, test)
        for image, label in zip(part.images, part.labels, strict=True)
    ]
    assert dict(found) == known
    assert report["train"]["histogram"] == report["test"]["histogram"] | {"cat": 8, "dog": 8}
    assert report["test"]["histogram"] == {"cat": 2, "dog": 2}


def shuffled(names):
    return random.Random(1).sample(list(names), len(names))


def test_the_way_they_are_handed_over_changes_nothing(tmp_path):
    ways = [plant(tmp_path / "folder", TREE)]
    ways.append(plant(tmp_path / "wrapped", {f"w/train/{n}": c for n, c in TREE.items()}))
    ways += [
        pack(tmp_path, s, order=shuffled)
        for s in (".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.bz2")
    ]
    results = []
    for i, path in enumerate(ways):
        run(tmp_path / str(i), path)
        files = [tmp_path / str(i) / n for n in ("out/train.npz", "out/test.npz", "data.json")]
        results.append([file.read_bytes() for file in files])
    assert all(result == results[0] for result in results)


def test_the_raw_file_holds_the_encoded_bytes_and_repeats(tmp_path):
    tree = TREE | {"cat/readme.txt": b"hello", ".DS_Store": b"x"}
    raws = []
    for name in ("one", "two"):
        plant(tmp_path / name, dict(sorted(tree.items(), reverse=name == "two")))
        download(settings(path=str(tmp_path / name)), tmp_path / "raw")
        assert [p.name for p in (tmp_path / "raw").iterdir()] == ["images.zip"]
        raws.append((tmp_path / "raw/images.zip").read_bytes())
    assert raws[0] == raws[1]
    with zipfile.ZipFile(tmp_path / "raw/images.zip") as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == TREE
        assert packed.namelist() == sorted(TREE)
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_official_test_split_is_kept(tmp_path):
    tree = {f"train/{n}": c for n, c in TREE.items()} | {"test/dog/x.png": picture(99)}
    train, test, _ = run(tmp_path, plant(tmp_path / "own", tree), test_share=0.5)
    assert len(train) == 20
    assert np.array_equal(test.images[0], pixels(picture(99)))
    assert test.labels.tolist() == [1]


def test_images_alone_have_no_label(tmp_path):
    tree = {f"{i}.png": picture(i) for i in range(10)}
    train, test, report = run(tmp_path, plant(tmp_path / "own", tree))
    assert (len(train), len(test)) == (8, 2)
    assert set(train.labels) | set(test.labels) == {-1}
    assert (train.classes, report["classes"], report["train"]["histogram"]) == ((), 0, {})


def test_gray_stays_gray_until_one_image_has_color(tmp_path):
    gray = {f"{i}.png": picture(i, channels=1) for i in range(8)}
    assert run(tmp_path, plant(tmp_path / "own", gray))[0].channels == 1
    assert run(tmp_path, tmp_path / "own", channels=3)[0].channels == 3
    plant(tmp_path / "own", {"color.png": picture(9)})
    train, test, report = run(tmp_path, tmp_path / "own")
    assert (train.channels, test.channels, report["channels"]) == (3, 3, 3)
    plain = [
        image for part in (train, test) for image in part.images if np.ptp(image, 0).max() == 0
    ]
    assert len(plain) == 8
    assert run(tmp_path, tmp_path / "own", channels=1)[0].channels == 1


def test_sizes_and_kinds_may_be_mixed(tmp_path):
    pixels_of = noise(0, 40, 60, 3)
    tree = {
        "wide.jpg": encoded(Image.fromarray(pixels_of), "JPEG"),
        "high.png": encoded(Image.fromarray(pixels_of.transpose(1, 0, 2))),
        "tiny.gif": encoded(Image.fromarray(pixels_of[:3, :3, 0]), "GIF"),
        "clear.png": encoded(Image.fromarray(np.dstack([pixels_of, pixels_of[..., :1]]))),
        "LOUD.TIFF": encoded(Image.fromarray(pixels_of), "TIFF"),
    }
    train, test, _ = run(tmp_path, plant(tmp_path / "own", tree), size=16, resize="box")
    assert train.images.shape == (4, 3, 16, 16)
    both = [*train.images, *test.images]
    for square in (pixels_of[:, 10:50], pixels_of.transpose(1, 0, 2)[10:50]):
        small = np.asarray(Image.fromarray(square).resize((16, 16), Image.Resampling.BOX))
        assert sum(np.array_equal(image, small.transpose(2, 0, 1)) for image in both) == 1


def spoiled(tmp_path):
    whole = picture(3)
    return plant(tmp_path / "own", TREE | {"cat/03.png": whole[: len(whole) // 2]})


def test_an_unreadable_image_is_named_with_the_way_around_it(tmp_path):
    path = spoiled(tmp_path)
    with pytest.raises(DataError, match=r"cat/03\.png cannot be read .*data\.skip_corrupt: true"):
        run(tmp_path, path)
    assert not (tmp_path / "out").exists()


def test_skipped_images_are_counted_and_told(tmp_path, capfd):
    train, test, report = run(tmp_path, spoiled(tmp_path), skip_corrupt=True)
    assert (len(train) + len(test), report["skipped"]) == (19, 1)
    assert report["train"]["histogram"]["cat"] + report["test"]["histogram"]["cat"] == 9
    assert "skipped 1 unreadable: cat/03.png" in capfd.readouterr().err


def test_classes_without_a_readable_image_are_refused(tmp_path):
    tree = {name: b"broken" if name.startswith("dog") else c for name, c in TREE.items()}
    with pytest.raises(DataError, match="no readable image of dog"):
        run(tmp_path, plant(tmp_path / "own", tree), skip_corrupt=True)
    with pytest.raises(DataError, match="no readable image"):
        run(tmp_path, plant(tmp_path / "two", {"1.png": b"", "2.png": b""}), skip_corrupt=True)


def test_threads_change_nothing(tmp_path, monkeypatch):
    path = spoiled(tmp_path)
    run(tmp_path, path, skip_corrupt=True)
    before = (tmp_path / "out/train.npz").read_bytes()
    monkeypatch.setattr(gallery, "LARGE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    with zipfile.ZipFile(tmp_path / "raw/images.zip") as packed:
        assert gallery.threads(packed) == 4
    run(tmp_path, path, skip_corrupt=True)
    assert (tmp_path / "out/train.npz").read_bytes() == before
    with pytest.raises(DataError, match=r"cat/03\.png cannot be read"):
        run(tmp_path, path)


@pytest.mark.parametrize(
    ("tree", "why"),
    [
        ({"own": None}, "holds no images (it is empty)"),
        (
            {"own/cats.zip": b"", "own/README.md": b""},
            "for the archive cats.zip in it, set data.path to",
        ),
        ({"own/cat": None, "own/dog/1.png": picture(0)}, "folders cat hold no images"),
        ({"own/1.png": picture(0), "own/dog/1.png": picture(0)}, "mixes images alone (1.png)"),
    ],
)
def test_trees_that_do_not_fit_are_refused_when_they_are_packed(tmp_path, tree, why):
    plant(tmp_path, tree)
    with pytest.raises(DataError) as caught:
        download(settings(path=str(tmp_path / "own")), tmp_path / "raw")
    assert why in str(caught.value)
    assert not (tmp_path / "raw").exists()


def test_a_path_that_cannot_be_used_is_a_fault_of_the_settings(tmp_path):
    with pytest.raises(ConfigError, match=r"data\.path '.*nowhere' does not exist"):
        download(settings(path=str(tmp_path / "nowhere")), tmp_path / "raw")
    (tmp_path / "cats.rar").touch()
    with pytest.raises(
        ConfigError, match=r"cats\.rar' is no archive known; valid: a folder, \.zip"
    ):
        download(settings(path=str(tmp_path / "cats.rar")), tmp_path / "raw")


@pytest.mark.parametrize("spoil", [lambda b: b[:-100], lambda b: b[:200] + b"x" + b[201:]])
def test_a_spoiled_raw_file_is_refused(tmp_path, spoil):
    chosen = settings(path=str(plant(tmp_path / "own", TREE)))
    download(chosen, tmp_path / "raw")
    path = tmp_path / "raw/images.zip"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=r"images\.zip is broken .* run the download stage again"):
        normalize(chosen, tmp_path / "raw", tmp_path / "out", tmp_path / "data.json")


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    """The unfinished file of the archive is made a link to the device that is always full."""
    from reprogan import files

    real = files.Path.open

    def full(self, *args, **kwargs):
        return real(
            files.Path("/dev/full") if self.name == ".images.zip.part" else self, *args, **kwargs
        )

    own = plant(tmp_path / "own", TREE)
    monkeypatch.setattr(files.Path, "open", full)
    with pytest.raises(DiskFullError, match=r"images\.zip could not be written: No space left"):
        download(settings(path=str(own)), tmp_path / "raw")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["own"]


@pytest.mark.slow
def test_fifty_thousand_photographs(tmp_path, cifar_jpegs):
    """The whole way of a user's compressed archive: 11 s on an idle core, 0.6 GB."""
    train, test, report = run(tmp_path, cifar_jpegs, size=32)
    assert train.images.shape == (40_000, 3, 32, 32)
    assert test.images.shape == (10_000, 3, 32, 32)
    assert len(train.classes) == 10
    assert set(report["test"]["histogram"].values()) == {1000}
    with zipfile.ZipFile(tmp_path / "raw/images.zip") as packed:
        names = sorted(packed.namelist())
        first = pixels(packed.read(names[0]))
    assert np.array_equal(train.images[0], first) or np.array_equal(test.images[0], first)
