"""The inception extractor on made weights: the real ones are 95 MB, and nothing is downloaded."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from made_inception import SIZES, made_weights, pictures, stand_for_the_official

from reprogan.component import ConfigError
from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.metrics.extractors import inception_weights
from reprogan.metrics.extractors.inception import Inception
from reprogan.metrics.extractors.inception_network import tensors_only
from reprogan.metrics.features import chunks, extract
from reprogan.metrics.frechet import distance_of
from reprogan.metrics.inception_score import inception_score
from reprogan.metrics.moments import Moments


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "inception.pth"
    path.write_bytes(made_weights())
    return path


@pytest.fixture
def network(weights, monkeypatch):
    content = weights.read_bytes()
    stand_for_the_official(monkeypatch, content)
    return Inception().load(content, 3, 32, 0)


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


def rgb(images):
    return torch.from_numpy(images).expand(-1, 3, -1, -1)


def relative(one, other):
    return np.abs(one - other).max() / np.abs(other).max()


def test_the_official_file_is_the_one_that_papers_use():
    assert inception_weights.SHA256.startswith("6726825d0af5f729")
    assert inception_weights.SIZE == 95_628_359
    for name, base in inception_weights.RELEASES.items():
        assert "2015-12-05-6726825d.pth" in name and base.startswith("https://github.com/")


@pytest.mark.parametrize(("channels", "size"), SIZES)
def test_features_and_logits_are_those_of_torch_fidelity_and_pytorch_fid(
    network, weights, channels, size, monkeypatch
):
    import pytorch_fid.inception as other
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    from torch_fidelity.interpolate_compat_tensorflow import (
        interpolate_bilinear_2d_like_tensorflow1x as as_tensorflow,
    )

    x, _ = pictures(network.chunk, channels, size)
    found = extract(network, x)
    oracle = FeatureExtractorInceptionV3(
        "oracle", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(weights)
    )
    state = torch.load(weights, weights_only=True)
    monkeypatch.setattr(other, "load_state_dict_from_url", lambda *_, **__: state)
    plain = other.InceptionV3([3], resize_input=False, normalize_input=False).eval()
    usual = other.InceptionV3([3], resize_input=True, normalize_input=True).eval()
    with torch.inference_mode():
        features, logits = oracle(rgb(x))
        np.testing.assert_array_equal(found.features, features.numpy())
        np.testing.assert_array_equal(found.logits, logits.numpy())
        resized = as_tensorflow(rgb(x).float(), size=(299, 299), align_corners=False)
        same = plain((resized - 128) / 128)[0].flatten(1).numpy()
        assert relative(same, found.features) < 1e-5
        unlike = usual(rgb(x).float() / 255)[0].flatten(1).numpy()
        assert relative(unlike, found.features) > 1e-3, "it resizes and normalizes otherwise"


@pytest.mark.slow
@pytest.mark.parametrize(("channels", "size"), SIZES)
def test_figures_are_those_of_torch_fidelity_end_to_end(network, weights, channels, size):
    from torch.utils.data import TensorDataset
    from torch_fidelity import calculate_metrics

    class Pictures(TensorDataset):
        def __getitem__(self, index):
            return super().__getitem__(index)[0]

    one, two = pictures(2 * network.chunk, channels, size)
    seen = [extract(network, x) for x in (one, two)]
    theirs = calculate_metrics(
        input1=Pictures(rgb(one)), input2=Pictures(rgb(two)), fid=True, isc=True, isc_splits=1,
        feature_extractor="inception-v3-compat", feature_extractor_weights_path=str(weights),
        cuda=False, cache=False, verbose=False, save_cpu_ram=True,
    )  # fmt: skip
    ours = distance_of(*(Moments.of(of_it.features) for of_it in seen))
    assert ours == pytest.approx(theirs["frechet_inception_distance"], rel=1e-6)
    score, _ = inception_score(seen[0].logits, 1, 0)
    assert score == pytest.approx(theirs["inception_score_mean"], rel=1e-12)


@pytest.mark.slow
def test_an_image_gives_the_same_bits_in_other_company_and_from_two_processes(network):
    x, y = pictures(network.chunk, 3, 32)
    both = np.concatenate([x, y])
    one = extract(network, both)
    two = extract(network, both, jobs=2)
    np.testing.assert_array_equal(one.features, two.features)
    np.testing.assert_array_equal(one.logits, two.logits)
    np.testing.assert_array_equal(extract(network, y[:3]).features, one.features[len(x) :][:3])
    assert len(chunks(both, network.chunk)) == 2


def test_making_the_network_leaves_torch_as_it_was(weights, monkeypatch):
    stand_for_the_official(monkeypatch, weights.read_bytes())
    state = torch.random.get_rng_state()
    network = Inception().load(weights.read_bytes(), 3, 32, 0)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not network.training and not any(p.requires_grad for p in network.parameters())


def test_weights_that_are_not_the_official_ones_are_never_loaded(weights):
    with pytest.raises(ValueError, match=f"not {inception_weights.SHA256}"):
        Inception().load(weights.read_bytes(), 3, 32, 0)


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


def test_what_it_sees_is_stated():
    seen = Inception().intake(1, 28)
    assert (seen.channels, seen.size, seen.resizer) == (3, 299, "tensorflow1_bilinear")
    assert (seen.low, seen.high) == ((0 - 128) / 128, (255 - 128) / 128)
    assert Inception().names(("cat", "dog")) == ()
