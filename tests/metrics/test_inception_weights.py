"""Where Inception's weights are found, and that no others are ever taken."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from made_inception import stand_for_the_official

from reprogan.component import ConfigError
from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.metrics.extractors import inception_weights
from reprogan.metrics.extractors.inception import Inception
from reprogan.metrics.extractors.inception_network import tensors_only


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Empty places where the file is looked for, and a small file that is taken for it."""
    content = b"the official weights" * 10
    stand_for_the_official(monkeypatch, content)
    monkeypatch.setattr(inception_weights, "downloads", lambda: tmp_path / "downloads")
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    for name in inception_weights.RELEASES:
        there = (tmp_path / "release" / name).as_uri().rpartition("/")[0]
        monkeypatch.setitem(inception_weights.RELEASES, name, there)
    return tmp_path, content


def test_the_official_file_is_the_one_that_papers_use():
    assert inception_weights.SHA256.startswith("6726825d0af5f729")
    assert inception_weights.SIZE == 95_628_359
    for name, base in inception_weights.RELEASES.items():
        assert "2015-12-05-6726825d.pth" in name and base.startswith("https://github.com/")


def test_weights_that_are_not_the_official_ones_are_never_loaded():
    with pytest.raises(ValueError, match=f"not {inception_weights.SHA256}"):
        Inception().load(b"weights of another", 3, 32, 0)


def test_a_pickle_that_would_run_something_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return Path.touch, (tmp_path / "run",)

    torch.save(Evil(), tmp_path / "evil.pth")
    with pytest.raises(ValueError, match="cannot be read"):
        tensors_only((tmp_path / "evil.pth").read_bytes())
    assert not (tmp_path / "run").exists()


def train(channels=1, size=8):
    x = np.zeros((3, channels, size, size), np.uint8)
    return ImageSet(images=x, labels=np.full(3, -1), classes=())


@pytest.mark.parametrize("place", ["weights", "cache", "hub", "mirror", "release"])
@pytest.mark.parametrize("name", list(inception_weights.RELEASES))
def test_it_is_found_wherever_it_lies(places, place, name):
    root, content = places
    told = {"weights": {"weights": str(root / "weights" / name)}}
    told["mirror"] = {"mirror": (root / "mirror").as_uri()}
    files = {"cache": root / "downloads" / inception_weights.SHA256}
    files["hub"] = root / "hub" / "checkpoints" / name
    path = files.get(place, root / place / name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    extractor = Inception(**told.get(place, {}))
    assert extractor.fit(train()) == content
    if place in ("mirror", "release"):
        path.unlink()
        assert extractor.fit(train()) == content, "it was kept"


@pytest.mark.parametrize("damage", ["cut", "changed", "longer", "page"])
@pytest.mark.parametrize("place", ["weights", "cache", "mirror"])
def test_a_file_that_is_another_is_refused_with_both_hashes(places, place, damage):
    root, content = places
    wrong = {
        "cut": content[:-7],
        "changed": b"T" + content[1:],
        "longer": content + b"more",
        "page": b"<html>sign in</html>",
    }[damage]
    path = root / place / next(iter(inception_weights.RELEASES))
    if place == "cache":
        path = root / "downloads" / inception_weights.SHA256
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wrong)
    told = {"weights": {"weights": str(path)}, "mirror": {"mirror": path.parent.as_uri()}}
    with pytest.raises(DataError) as caught:
        Inception(**told.get(place, {})).fit(train())
    text = str(caught.value)
    if damage == "longer":
        assert f"more than the {len(content)}" in text
    else:
        assert hashlib.sha256(wrong).hexdigest() in text and f"{len(wrong)} bytes" in text
    assert inception_weights.SHA256 in text or damage == "longer"
    assert ("it is a web page" in text) == (damage == "page")


def test_a_wrong_file_in_the_cache_is_replaced(places):
    root, content = places
    kept = root / "downloads" / inception_weights.SHA256
    kept.parent.mkdir()
    kept.write_bytes(b"cut")
    (root / "release").mkdir()
    (root / "release" / next(iter(inception_weights.RELEASES))).write_bytes(content)
    assert Inception().fit(train()) == content and kept.read_bytes() == content


def test_without_the_file_it_is_said_what_it_is_and_where_to_put_it(places):
    root, _ = places
    with pytest.raises(DataError) as caught:
        Inception().fit(train())
    text = str(caught.value)
    kept = root / "downloads" / inception_weights.SHA256
    for word in (*inception_weights.RELEASES, "200 bytes", f"Put it to {kept}", "`mirror`"):
        assert word in text
    assert text.count((root / "release").as_uri()) == 2, "every address is told"
    kept.write_bytes(b"the official weights" * 10)
    assert Inception().fit(train())


def test_a_path_with_nothing_there_is_named(places):
    with pytest.raises(DataError, match=r"extractor.weights: nowhere.*no file is there"):
        Inception(weights="nowhere").fit(train())


def test_what_cannot_be_meant_is_refused(places):
    with pytest.raises(ValueError, match="mirror must begin with http"):
        Inception(mirror="ftp://x/y")
    with pytest.raises(ConfigError, match="gray and RGB; got 2 channels"):
        Inception().fit(train(channels=2, size=1))
