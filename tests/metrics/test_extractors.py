import gzip
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from real_digits import make_reference

from reprogan.component import ConfigError
from reprogan.data.imageset import ImageSet
from reprogan.data.stacks import stacked
from reprogan.metrics.card import load_card, load_network
from reprogan.metrics.extractors import CHOSEN, EXTRACTORS
from reprogan.metrics.extractors.auto import Auto
from reprogan.metrics.extractors.classifier import Classifier
from reprogan.metrics.extractors.classifier_training import batches, shifted
from reprogan.metrics.extractors.random_features import RandomFeatures
from reprogan.metrics.features import extract
from reprogan.metrics.settings import Evaluate

SHARED = Path(__file__).parents[3] / "shared" / "data"


def fitted(settings, train):
    """The network that the settings make for these images."""
    content = settings.fit(train)
    return settings.load(content, train.channels, train.size, len(train.classes))


def accuracy(network, images):
    return np.mean(extract(network, images.images).logits.argmax(1) == images.labels)


def test_declarations_load_no_torch_and_a_wrong_one_is_named():
    code = """
import sys
from reprogan.metrics.settings import Evaluate
from pydantic import ValidationError
for bad in ({"name": "clasifier"}, {"name": "classifier", "epochs": 3}):
    try:
        Evaluate.model_validate({"extractor": bad})
    except ValidationError as error:
        print(error)
print("torch" in sys.modules)
"""
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "Did you mean 'classifier'" in said and "random_features" in said
    assert "unknown key 'epochs'" in said
    assert said.strip().endswith("False")


@pytest.mark.parametrize("bad", [{"split": "val"}, {"splits": 0}, {"seed": -1}, {"seed": True}])
def test_settings_that_mean_nothing_are_refused(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Evaluate.model_validate({"extractor": {"name": "classifier"}, **bad})


def test_the_classifier_knows_digits_within_its_time(digits):
    train, test = digits
    start = time.process_time()
    network = fitted(Classifier(), train)
    spent = time.process_time() - start
    assert accuracy(network, test) >= 0.97
    assert accuracy(network, train) >= 0.99
    assert spent <= 15, f"{spent:.1f} CPU s; 8 on a quiet machine"


def test_training_repeats_bit_for_bit_and_leaves_torch_as_it_was(digits):
    settings = Classifier(width=8, images=640)
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    once = settings.fit(digits[0])
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.manual_seed(8)
    assert settings.fit(digits[0]) == once
    assert settings.model_copy(update={"seed": 1}).fit(digits[0]) != once


def test_batches_are_epochs_of_permutations_and_span_them():
    rows = list(batches(population=10, batch=4, steps=5, seed=0))
    assert [len(r) for r in rows] == [4] * 5
    flat = np.concatenate(rows)
    assert sorted(flat[:10]) == sorted(flat[10:]) == list(range(10))
    assert flat[:10].tolist() != flat[10:].tolist()
    (few,) = batches(population=3, batch=8, steps=1, seed=0)
    assert np.bincount(few).tolist() in ([3, 3, 2], [3, 2, 3], [2, 3, 3])


def test_each_image_is_shifted_by_its_own_whole_pixels():
    x = torch.arange(2 * 1 * 3 * 3).float().view(2, 1, 3, 3)
    offsets = torch.tensor([[1, 0], [2, 1]])  # rows, then columns; 1 is not at all
    moved = shifted(x, offsets, reach=1)
    assert moved[0, 0].tolist() == [[1, 2, 2], [4, 5, 5], [7, 8, 8]]
    assert moved[1, 0].tolist() == [[9, 10, 11], [9, 10, 11], [12, 13, 14]]
    assert torch.equal(shifted(x, torch.zeros(2, 2, dtype=torch.int64), reach=0), x)


@pytest.mark.parametrize("classes", [(), ("only",)])
def test_images_without_labels_are_refused_and_told_what_works(classes):
    x = np.zeros((10, 1, 8, 8), np.uint8)
    labels = np.full(10, len(classes) - 1)
    with pytest.raises(ConfigError, match=r"at least 2 classes.*random_features"):
        Classifier().fit(ImageSet(images=x, labels=labels, classes=classes))


def test_random_features_are_of_one_scale_and_repeat(digits):
    train, _ = digits
    unlabeled = ImageSet(images=train.images, labels=np.full(len(train), -1), classes=())
    assert RandomFeatures().fit(train) == RandomFeatures().fit(unlabeled)
    found = extract(fitted(RandomFeatures(), unlabeled), train.images)
    assert found.logits is None
    # The ReLU of a standard normal has variance (1 - 1 / pi) / 2 = 0.34.
    assert 0.2 < found.features.var(axis=0).mean() < 0.5
    assert found.features.var(axis=0).min() > 0.05, "no feature is dead"


TEN = tuple("0123456789")


@pytest.mark.parametrize(
    ("shape", "classes", "name"),
    [
        ((1, 8), TEN, "classifier"),
        ((3, 32), ("cat", "dog"), "classifier"),
        ((3, 32), ("cat",), "random_features"),
        ((3, 32), (), "random_features"),
        ((2, 1), TEN, "coordinates"),
        ((3, 8), stacked(TEN), "channelwise"),
    ],
)
def test_auto_chooses_by_the_data_and_a_card_names_what_was_chosen(shape, classes, name):
    chosen = Auto().chosen(*shape, classes)
    assert chosen.name == name and chosen.chosen(*shape, classes) is chosen
    assert "auto" not in CHOSEN and name in CHOSEN and "auto" in EXTRACTORS


def test_images_without_labels_are_judged_by_default(digits, tmp_path):
    bare = [ImageSet(images=s.images, labels=np.full(len(s), -1), classes=()) for s in digits]
    made = make_reference(tmp_path, *bare, extractor={"name": "auto"})
    card = load_card(made.reference)
    assert card.extractor == RandomFeatures() and card.test_accuracy is None
    assert load_network(made.reference, card).head is None


def test_weights_of_another_network_are_refused(digits):
    content = RandomFeatures(width=4).fit(digits[0])
    for extractor in (RandomFeatures(width=8), Classifier(width=4)):
        with pytest.raises(ValueError, match="do not fit their network"):
            extractor.load(content, 1, 8, 10)
    with pytest.raises(ValueError, match="do not fit their network"):
        RandomFeatures(width=4).load(content[:-9], 1, 8, 10)


def test_the_card_builds_the_network_again(made):
    card = load_card(made.reference)
    assert card.classes == made.train.classes and (card.channels, card.size) == (1, 8)
    network = load_network(made.reference, card)
    assert accuracy(network, made.test) == pytest.approx(card.test_accuracy, abs=1e-5)
    assert accuracy(network, made.train) == pytest.approx(card.train_accuracy, abs=1e-5)


def mnist(part):
    def read(name, skip):
        with gzip.open(SHARED / "mnist" / f"{part}-{name}-ubyte.gz") as file:
            return np.frombuffer(file.read(), np.uint8, offset=skip)

    images = read("images-idx3", 16).reshape(-1, 1, 28, 28)
    labels = read("labels-idx1", 8).astype(np.int64)
    return ImageSet(images=images, labels=labels, classes=tuple("0123456789"))


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "mnist").is_dir(), reason="MNIST's files are not at hand")
def test_the_classifier_knows_mnist_within_its_time():
    start = time.process_time()
    network = fitted(Classifier(), mnist("train"))
    spent = time.process_time() - start
    assert accuracy(network, mnist("t10k")) >= 0.99
    assert spent <= 240, f"{spent:.0f} CPU s; 30 on a quiet machine"
