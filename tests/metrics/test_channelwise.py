"""Stacks are judged by one classifier of single channels; points by their coordinates."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from reprogan.component import ConfigError
from reprogan.data.imageset import ImageSet
from reprogan.data.sources.stacked import stacks
from reprogan.data.stacks import stacked
from reprogan.metrics.extractors.auto import Auto
from reprogan.metrics.extractors.channelwise import Channelwise
from reprogan.metrics.extractors.channelwise_modules import ChannelByChannel, channels_of
from reprogan.metrics.extractors.classifier import Classifier
from reprogan.metrics.extractors.coordinates import RULE, Coordinates
from reprogan.metrics.features import extract


class Brightness(nn.Module):
    """Features: mean and largest byte of a gray image. Logits of two classes: 0 and its mean / 100."""

    def forward(self, images):
        flat = images.flatten(1).to(torch.float32)
        mean = flat.mean(1)
        return torch.stack([mean, flat.amax(1)], 1), torch.stack([0 * mean, mean / 100], 1)


def test_a_stack_is_judged_channel_by_channel():
    """By hand: means of 0, 100 and 200, so log-odds of 0, 1 and 2 that a channel is of class 1."""
    image = torch.zeros(1, 3, 2, 2, dtype=torch.uint8)
    image[0, 1], image[0, 2] = 100, 200
    features, logits = ChannelByChannel(Brightness())(image)
    assert features.tolist() == [[0, 0, 100, 100, 200, 200]]
    one = [1 / (1 + math.exp(-odds)) for odds in (0, 1, 2)]
    for label in range(8):
        digits = [label >> 2 & 1, label >> 1 & 1, label & 1]
        chance = math.prod(p if d else 1 - p for p, d in zip(one, digits, strict=True))
        assert logits[0, label].exp().item() == pytest.approx(chance, rel=1e-5)


def test_channels_of_stacks_have_the_class_of_their_own():
    base = np.random.default_rng(0).integers(0, 255, (30, 1, 4, 4), np.uint8)
    singles = ImageSet(images=base, labels=np.arange(30) % 5, classes=tuple("abcde"))
    of = {image.tobytes(): label for image, label in zip(base, singles.labels, strict=True)}
    found = channels_of(stacks(singles, 50, (0, 1, 1)))
    assert found.images.shape == (150, 1, 4, 4) and found.classes == singles.classes
    assert [of[image.tobytes()] for image in found.images] == found.labels.tolist()


@pytest.fixture(scope="module")
def stacked_digits(digits):
    return [stacks(part, 3000, (0, 1, stream)) for stream, part in enumerate(digits)]


def test_it_knows_all_three_digits_of_nearly_every_stack(stacked_digits):
    train, test = stacked_digits
    settings = Channelwise()
    network = settings.load(settings.fit(train), 3, 8, 1000)
    found = extract(network, test.images)
    right = found.logits.argmax(1) == test.labels
    assert right.mean() > 0.94
    assert found.features.shape == (3000, 3 * settings.classifier.features)
    np.testing.assert_allclose(np.exp(found.logits.astype(np.float64)).sum(1), 1, rtol=1e-4)


def test_its_bits_repeat(stacked_digits):
    settings = Channelwise(classifier=Classifier(width=4, features=8, images=2000))
    assert settings.fit(stacked_digits[0]) == settings.fit(stacked_digits[0])


def test_what_is_no_stack_is_refused(digits):
    with pytest.raises(ConfigError, match="stacked_digits has them; these have 1 channels and 10"):
        Channelwise().fit(digits[0])
    content = Classifier(width=4, features=8, images=64).fit(digits[0])
    narrow = Channelwise(classifier=Classifier(width=4, features=8))
    assert narrow.load(content, 3, 8, 1000)
    for channels, classes in ((1, 1000), (3, 10), (3, 999)):
        with pytest.raises(ValueError, match=f"got {channels} channels and {classes} classes"):
            narrow.load(content, channels, 8, classes)
    with pytest.raises(ValueError, match="do not fit"):
        narrow.load(content, 3, 8, 8)


def points(count=600):
    x = np.random.default_rng(0).integers(0, 256, (count, 2, 1, 1), np.uint8)
    return ImageSet(images=x, labels=np.full(count, -1))


def test_coordinates_are_the_bytes_in_minus_one_to_one():
    of, train = Coordinates(), points()
    found = extract(of.load(of.fit(train), 2, 1, 0), train.images)
    assert found.logits is None
    np.testing.assert_allclose(found.features, train.images[:, :, 0, 0] / 127.5 - 1, atol=1e-7)


def test_coordinates_are_of_points_alone(digits):
    with pytest.raises(ConfigError, match=r"for points in the plane.* are \(1, 8, 8\)"):
        Coordinates().fit(digits[0])
    for content, channels, size in ((b"x", 2, 1), (RULE, 3, 1), (RULE, 2, 2)):
        with pytest.raises(ValueError, match="coordinates are of images"):
            Coordinates().load(content, channels, size, 0)


def test_auto_chooses_by_what_the_images_are():
    ten, thousand = tuple("0123456789"), stacked(tuple("0123456789"))
    assert isinstance(Auto().chosen(3, 8, thousand), Channelwise)
    assert isinstance(Auto().chosen(2, 1, ten[:8]), Coordinates)
    assert isinstance(Auto().chosen(2, 1, ()), Coordinates)
    numbered = tuple(f"{i:03}" for i in range(1000))
    assert isinstance(Auto().chosen(3, 8, numbered), Classifier)
    assert isinstance(Auto().chosen(1, 1, ten), Classifier)


def test_declarations_load_neither_torch_nor_numpy():
    code = (
        "import sys, reprogan.metrics.extractors.channelwise, reprogan.metrics.extractors.coordinates\n"
        "assert not {'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
