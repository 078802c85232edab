import json
import shutil

import numpy as np
import pytest
import torch
from real_digits import make_reference

from reprogan.component import ConfigError
from reprogan.data.imageset import ImageSet
from reprogan.metrics.card import load_card, load_network
from reprogan.metrics.features import extract
from reprogan.metrics.frechet import distance_of
from reprogan.metrics.real import load_real
from reprogan.metrics.stored import Stored, digest, images_sha256
from reprogan.stages.reference import reference

FILES = {"extractor.weights", "extractor.json", "train.npz", "test.npz"}


def test_it_writes_the_extractor_the_splits_and_what_figures_are_computed_with(made):
    assert {p.name for p in made.reference.iterdir()} == FILES
    report = json.loads(made.report.read_text())
    assert report["test_accuracy"] >= 0.97 and report["train_accuracy"] >= 0.99
    assert (report["n_train"], report["n_test"], report["features"]) == (1437, 360, 64)
    stored = [Stored.load(made.reference / f"{split}.npz").seen for split in ("train", "test")]
    apart = distance_of(*(seen.moments for seen in stored))
    assert report["fid_train_test"] == pytest.approx(apart, rel=1e-5)
    assert 0 < apart < 0.05 * np.trace(stored[1].moments.covariance)
    card = json.loads((made.reference / "extractor.json").read_text())
    assert card["sha256"] == report["extractor_sha256"]
    assert card["extractor"]["images"] == 120_000, "no hyper-parameter is left unsaid"


def test_what_is_stored_is_what_the_extractor_sees(quick):
    card = load_card(quick.reference)
    network = load_network(quick.reference, card)
    for split in ("train", "test"):
        images = getattr(quick, split)
        stored = Stored.load(quick.reference / f"{split}.npz")
        found = extract(network, images.images)
        np.testing.assert_array_equal(stored.seen.features, found.features)
        np.testing.assert_array_equal(stored.seen.logits, found.logits)
        np.testing.assert_array_equal(stored.seen.labels, images.labels)
        x = found.features.astype(np.float64)
        moments = stored.seen.moments
        assert moments.n == len(stored.seen) == len(images)
        np.testing.assert_allclose(moments.mean, x.mean(0), rtol=1e-12)
        np.testing.assert_allclose(moments.covariance, np.cov(x, rowvar=False), atol=1e-12)
        assert stored.images_sha256 == images_sha256(images)
        assert stored.extractor_sha256 == card.sha256


def test_every_split_is_stored_and_none_of_an_earlier_run_stays(selecting, tmp_path):
    place = tmp_path / "place"
    again = shutil.copytree(selecting.root, place)
    assert {p.name for p in (again / "reference").iterdir()} == FILES | {"validation.npz"}
    assert json.loads(selecting.report.read_text())["n_validation"] == len(selecting.validation)
    (again / "data" / "validation.npz").unlink()
    reference(selecting.settings.extractor, again / "data", again / "reference", place / "out.json")
    assert {p.name for p in (again / "reference").iterdir()} == FILES
    assert "n_validation" not in json.loads((place / "out.json").read_text())


@pytest.mark.parametrize("threads", [1, 2])
def test_again_gives_the_same_bytes_whatever_the_threads_around_it(quick, tmp_path, threads):
    torch.set_num_threads(threads)
    extractor = quick.settings.extractor
    reference(extractor, quick.data, tmp_path / "again", tmp_path / "again.json")
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
    assert report["test_accuracy"] is None and report["extractor"] == "random_features"
    stored = Stored.load(made.reference / "test.npz").seen
    assert stored.logits is None and (stored.labels == -1).all()
    assert 0 < report["fid_train_test"] < 0.05 * np.trace(stored.moments.covariance)


def test_too_few_real_images_are_named(digits, tmp_path):
    train, test = digits
    one = test.take(np.arange(len(test)) == 0)
    with pytest.raises(ValueError, match="test has 1"):
        make_reference(tmp_path, train, one, extractor={"name": "random_features"})


def test_missing_data_name_the_stage(quick, tmp_path):
    with pytest.raises(ValueError, match="run the normalize stage first"):
        reference(quick.settings.extractor, tmp_path, tmp_path / "out", tmp_path / "report.json")


DAMAGE = ["cut", "changed", "reshaped", "renamed", "foreign", "gone"]


@pytest.mark.parametrize("name", ["train.npz", "test.npz"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_split_that_is_not_what_was_written_is_refused(quick, tmp_path, name, damage):
    path = tmp_path / name
    shutil.copy(quick.reference / name, path)
    with np.load(path) as stored:
        arrays = dict(stored)
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-100])
        case "changed":
            arrays["features"].view(np.uint32)[0, 0] ^= 1
            np.savez(path, **arrays)
        case "reshaped":
            np.savez(path, **arrays | {"features": arrays["features"].T})
        case "renamed":
            np.savez(path, **arrays | {"features": arrays["logits"], "logits": arrays["features"]})
        case "foreign":
            np.savez(path, mean=np.zeros(3), sha256=digest({"mean": np.zeros(3)}))
        case "gone":
            path.unlink()
    with pytest.raises(ValueError, match=r"run the reference stage (again|first)"):
        Stored.load(path)


def test_what_is_stored_is_read_back_bit_for_bit(quick, tmp_path):
    one = Stored.load(quick.reference / "test.npz")
    one.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (quick.reference / "test.npz").read_bytes()


def test_another_split_under_its_name_is_refused(quick, tmp_path):
    """The same weights saw it, and it is whole; but it is of other images."""
    folder = shutil.copytree(quick.reference, tmp_path / "copy")
    shutil.copy(folder / "train.npz", folder / "test.npz")
    with pytest.raises(ValueError, match=r"made of images with SHA-256.*run the reference stage"):
        load_real(folder, load_card(folder), quick.settings, quick.data)
