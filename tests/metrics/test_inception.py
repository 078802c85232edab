"""The inception extractor on made weights: the real ones are 95 MB, and nothing is downloaded."""

import numpy as np
import pytest
import torch
from made_inception import SIZES, made_weights, pictures, stand_for_the_official

from reprogan.metrics.extractors.inception import Inception
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


def rgb(images):
    return torch.from_numpy(images).expand(-1, 3, -1, -1)


def by_products(one, two):
    """The Frechet distance from N x N products alone, exact for fewer images than features."""
    a, b = (x.astype(np.float64) for x in (one, two))
    gap = a.mean(0) - b.mean(0)
    a, b = ((x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (a, b))
    cross = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return gap @ gap + (a * a).sum() + (b * b).sum() - 2 * cross


def relative(one, other):
    return np.abs(one - other).max() / np.abs(other).max()


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

    one, _ = pictures(2 * network.chunk, channels, size)
    two = np.random.default_rng(0).integers(0, 256, one.shape, dtype=np.uint8)
    seen = [extract(network, x) for x in (one, two)]
    theirs = calculate_metrics(
        input1=Pictures(rgb(one)), input2=Pictures(rgb(two)), fid=True, isc=True, isc_splits=1,
        feature_extractor="inception-v3-compat", feature_extractor_weights_path=str(weights),
        batch_size=network.chunk, cuda=False, cache=False, verbose=False, save_cpu_ram=True,
    )  # fmt: skip
    ours = distance_of(*(Moments.of(of_it.features) for of_it in seen))
    assert ours == pytest.approx(by_products(*(of_it.features for of_it in seen)), rel=1e-9)
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


def test_what_it_sees_is_stated():
    seen = Inception().intake(1, 28)
    assert (seen.channels, seen.size, seen.resizer) == (3, 299, "tensorflow1_bilinear")
    assert (seen.low, seen.high) == ((0 - 128) / 128, (255 - 128) / 128)
    assert Inception().names(("cat", "dog")) == ()
