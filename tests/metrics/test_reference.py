import json
import shutil

import numpy as np
import pytest
import torch
from real_digits import make_reference

from reprogan.component import ConfigError
from reprogan.data.imageset import ImageSet
from reprogan.metrics.class_histogram import class_counts
from reprogan.metrics.features import extract
from reprogan.metrics.moments import Moments
from reprogan.metrics.statistics import Statistics, images_sha256
from reprogan.stages.reference import reference

FILES = {"extractor.safetensors", "extractor.json", "train.npz", "test.npz"}


def test_it_writes_the_extractor_the_statistics_and_what_to_read_figures_against(made):
    assert {p.name for p in made.reference.iterdir()} == FILES
    report = json.loads(made.report.read_text())
    assert report["test_accuracy"] >= 0.97 and report["train_accuracy"] >= 0.99
    assert (report["n_train"], report["n_test"], report["features"]) == (1437, 360, 64)
    assert 0 < report["fid_floor"] < 0.05 * report["fid_constant"]
    assert 8 < report["inception_score_classifier"] <= 10
    card = json.loads((made.reference / "extractor.json").read_text())
    assert card["sha256"] == report["extractor_sha256"]
    assert card["extractor"]["images"] == 120_000, "no hyper-parameter is left unsaid"


def test_statistics_are_those_of_the_features(quick):
    from reprogan.metrics.card import load_card, load_network

    network = load_network(quick.reference, load_card(quick.reference))
    for split in ("train", "test"):
        images = getattr(quick, split)
        stored = Statistics.load(quick.reference / f"{split}.npz")
        found = extract(network, images.images)
        x = found.features.astype(np.float64)
        assert stored.n == len(images)
        np.testing.assert_allclose(stored.mean, x.mean(0), rtol=1e-12)
        np.testing.assert_allclose(stored.covariance, np.cov(x, rowvar=False), atol=1e-12)
        np.testing.assert_array_equal(stored.counts, class_counts(found.logits))
        assert stored.images_sha256 == images_sha256(images)
        np.testing.assert_allclose(stored.covariance, Moments.of(x).covariance, atol=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
def test_again_gives_the_same_bytes_whatever_the_threads_around_it(quick, tmp_path, threads):
    torch.set_num_threads(threads)
    reference(quick.settings, quick.data, tmp_path / "again", tmp_path / "again.json")
    assert torch.get_num_threads() == threads
    for name in FILES:
        again = (tmp_path / "again" / name).read_bytes()
        assert again == (quick.reference / name).read_bytes(), name
    assert (tmp_path / "again.json").read_bytes() == quick.report.read_bytes()


def test_content_and_not_place_is_hashed(digits):
    train, _ = digits
    same = ImageSet(images=train.images.copy(), labels=train.labels, classes=train.classes)
    assert images_sha256(same) == images_sha256(train)
    same.images[3, 0, 2, 2] ^= 1
    assert images_sha256(same) != images_sha256(train)
    other = ImageSet(images=train.images, labels=(train.labels + 1) % 10, classes=train.classes)
    assert images_sha256(other) != images_sha256(train)


def test_color_images_of_a_size_that_is_no_power_of_two(tmp_path):
    draw = np.random.default_rng(0)
    labels = np.arange(60) % 3
    images = (draw.integers(0, 90, (60, 3, 20, 20)) + 80 * labels[:, None, None, None]).astype(
        np.uint8
    )
    both = ImageSet(images=images, labels=labels, classes=("a", "b", "c"))
    small = {"name": "classifier", "width": 4, "features": 8, "images": 2000}
    made = make_reference(tmp_path, both, both, extractor=small)
    assert json.loads(made.report.read_text())["test_accuracy"] == 1


def test_images_without_labels_have_figures_in_random_features(digits, tmp_path):
    bare = [ImageSet(images=s.images, labels=np.full(len(s), -1), classes=()) for s in digits]
    with pytest.raises(ConfigError, match="random_features"):
        make_reference(tmp_path / "a", *bare, extractor={"name": "classifier"})
    assert not (tmp_path / "a" / "reference").exists()
    made = make_reference(tmp_path / "b", *bare, extractor={"name": "random_features"})
    report = json.loads(made.report.read_text())
    assert report["test_accuracy"] is None
    assert not any("inception" in key for key in report)
    assert 0 < report["fid_floor"] < 0.05 * report["fid_constant"]


def test_too_few_real_images_are_named(digits, tmp_path):
    train, test = digits
    one = test.take(np.arange(len(test)) == 0)
    with pytest.raises(ValueError, match="test has 1"):
        make_reference(tmp_path, train, one, extractor={"name": "random_features"})


def test_more_splits_than_images_are_named(digits, tmp_path):
    train, test = digits
    few = test.take(np.arange(len(test)) < 5)
    with pytest.raises(ValueError, match="over 10 splits"):
        small = {"name": "classifier", "width": 4, "images": 64}
        make_reference(tmp_path, train, few, extractor=small)


def test_missing_data_name_the_stage(quick, tmp_path):
    with pytest.raises(ValueError, match="run the normalize stage first"):
        reference(quick.settings, tmp_path, tmp_path / "out", tmp_path / "report.json")


@pytest.mark.parametrize("name", ["train.npz", "test.npz"])
@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "gone"])
def test_statistics_that_are_not_what_was_written_are_refused(quick, tmp_path, name, damage):
    path = tmp_path / name
    shutil.copy(quick.reference / name, path)
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-100])
        case "changed":
            with np.load(path) as stored:
                arrays = dict(stored)
            arrays["mean"][0] += 1e-9
            np.savez(path, **arrays)
        case "foreign":
            np.savez(path, mean=np.zeros(3))
        case "gone":
            path.unlink()
    with pytest.raises(ValueError, match=r"run the reference stage (again|first)"):
        Statistics.load(path)
