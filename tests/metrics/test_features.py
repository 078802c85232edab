from functools import reduce

import numpy as np
import pytest
import torch

from reprogan.metrics.extractors.convolutional import Convolutional, to_float
from reprogan.metrics.features import CHUNK, extract
from reprogan.metrics.frechet import distance_of
from reprogan.metrics.moments import Moments


@pytest.fixture
def network():
    torch.manual_seed(0)
    made = Convolutional(channels=1, size=8, width=8, features=16, classes=10)
    made.train()
    with torch.no_grad():
        for _ in range(5):  # norms that differ from their initial values
            made(torch.randint(256, (64, 1, 8, 8), dtype=torch.uint8))
    return made.eval()


def images(n=CHUNK + 100, channels=1, size=8):
    return np.random.default_rng(0).integers(0, 256, (n, channels, size, size), dtype=np.uint8)


def test_an_image_gives_the_same_bits_in_any_order_number_and_company(network):
    x = images()
    whole = extract(network, x)
    order = np.random.default_rng(1).permutation(len(x))
    shuffled = extract(network, x[order])
    np.testing.assert_array_equal(shuffled.features, whole.features[order])
    np.testing.assert_array_equal(shuffled.logits, whole.logits[order])
    for few in (1, 7, CHUNK, CHUNK + 1):
        np.testing.assert_array_equal(extract(network, x[:few]).features, whole.features[:few])
    twice = extract(network, np.concatenate([x, x]))
    np.testing.assert_array_equal(twice.features[len(x) :], whole.features)


def test_two_processes_give_the_bits_of_one(network):
    x = images(3 * CHUNK + 5)
    one = extract(network, x)
    two = extract(network, x, jobs=2)
    np.testing.assert_array_equal(two.features, one.features)
    np.testing.assert_array_equal(two.logits, one.logits)
    few = extract(network, x[:3], jobs=2)
    np.testing.assert_array_equal(few.features, one.features[:3])


def test_a_figure_of_merged_shards_is_that_of_the_whole(network):
    features = extract(network, images(2000)).features
    real = Moments.of(extract(network, images(500) // 2).features)
    whole = distance_of(Moments.of(features), real)
    for places in ([1000], [1], [700, 701, 1900]):
        shards = [Moments.of(part) for part in np.split(features, places)]
        merged = distance_of(reduce(Moments.merge, shards), real)
        assert merged == pytest.approx(whole, rel=1e-12)


def test_processes_are_for_the_cpu(network):
    with pytest.raises(ValueError, match="jobs are processes on the CPU; a meta takes one"):
        extract(network, images(3), device="meta", jobs=2)


def test_long_work_shows_progress_and_short_work_does_not(network, capsys, monkeypatch):
    extract(network, images(CHUNK + 1), label="samples")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("reprogan.progress.QUIET", -1.0)
    extract(network, images(CHUNK + 1), label="samples")
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("samples: 256 of 257 images")
    assert said[-1].startswith("samples: 257 of 257 images")


def test_images_that_may_not_be_written_to_are_seen(network):
    x = images(5)
    x.flags.writeable = False
    assert len(extract(network, x).features) == 5


def test_the_layout_of_gray_images_in_memory_changes_no_bit(network):
    """An axis of length 1 may have any stride, and torch chooses its convolution by strides."""
    x = images(CHUNK)
    odd = np.ascontiguousarray(x[:, 0])[:, None]
    strided = np.lib.stride_tricks.as_strided(odd, strides=(64, 1, 8, 1))
    assert strided.strides != x.strides and np.array_equal(strided, x)
    np.testing.assert_array_equal(extract(network, strided).features, extract(network, x).features)
    assert to_float(torch.from_numpy(strided)).stride() == to_float(torch.from_numpy(x)).stride()


def test_training_mode_is_a_trap_that_is_not_fallen_into(network):
    """A network left in train() gives other features and moves its norms with every figure."""
    x = images()
    honest = extract(network, x).features
    before = {k: v.clone() for k, v in network.state_dict().items()}
    network.train()
    with torch.no_grad():
        wrong = network(torch.from_numpy(x))[0].numpy()
    assert np.abs(wrong - honest).max() > 0.1
    network.load_state_dict(before)
    network.train()
    np.testing.assert_array_equal(extract(network, x).features, honest)
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key]), key


def test_pixels_go_to_minus_one_and_one():
    ends = to_float(torch.tensor([[[[0, 255]]]], dtype=torch.uint8))
    assert ends.flatten().tolist() == [-1.0, 1.0] and ends.dtype == torch.float32


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, np.int8])
def test_images_that_are_not_bytes_are_refused(network, kind):
    with pytest.raises(TypeError, match="must be uint8"):
        extract(network, images().astype(kind))


def test_no_gradient_and_no_memory_of_one(network):
    found = extract(network, images(3))
    assert found.features.dtype == np.float32 and found.features.shape == (3, 16)
    assert found.logits.shape == (3, 10)
    assert all(p.grad is None for p in network.parameters())


@pytest.mark.parametrize("size", [8, 9, 15, 16, 28, 32, 33, 64, 100, 128])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_size_of_gray_and_color(size, channels):
    network = Convolutional(channels, size, width=2, features=5, classes=0)
    found = extract(network, images(2, channels, size))
    assert found.features.shape == (2, 5) and found.logits is None
    assert (found.features >= 0).all()
