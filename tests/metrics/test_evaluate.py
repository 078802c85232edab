import json
import shutil

import numpy as np
import pytest
from real_digits import make_reference

from reprogan.data.imageset import ImageSet
from reprogan.metrics.settings import Evaluate
from reprogan.stages.evaluate import evaluate


def save(path, images, **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, images=images, **more)
    return path


def judge(made, images, tmp_path, **more):
    """Figures of images."""
    samples = save(tmp_path / "samples.npz", images, **more)
    evaluate(made.settings, samples, made.data, made.reference, tmp_path / "out.json")
    return json.loads((tmp_path / "out.json").read_text())


def drawn(images, n=2000):
    """Real training images, drawn anew: what a perfect generator would show."""
    return images.images[np.random.default_rng(0).integers(len(images), size=n)]


def degraded(images, kind):
    x, draw = drawn(images), np.random.default_rng(1)
    match kind:
        case "untrained":
            return draw.integers(0, 256, x.shape, dtype=np.uint8)
        case "gray":
            return np.full_like(x, 127)
        case "one image":
            return np.repeat(x[:1], len(x), axis=0)
        case "shuffled pixels":
            order = draw.permutation(64)
            return x.reshape(-1, 64)[:, order].reshape(x.shape)
        case "noise":
            return np.clip(np.rint(x + draw.normal(0, 60, x.shape)), 0, 255).astype(np.uint8)


def test_held_out_images_score_near_the_floor(made, tmp_path):
    found = judge(made, drawn(made.train), tmp_path)
    assert found["fid_classifier"] < 2 * found["fid_floor"]
    assert found["inception_score_classifier"] > 9
    assert found["classes_hit"] == found["classes"] == 10
    assert found["class_kl"] < 0.01 and found["warning"] == ""


@pytest.mark.parametrize(
    ("kind", "times"),
    [("untrained", 50), ("gray", 100), ("one image", 100), ("shuffled pixels", 40), ("noise", 10)],
)
def test_a_bad_generator_scores_far_worse(made, tmp_path, kind, times):
    found = judge(made, degraded(made.train, kind), tmp_path)
    assert found["fid_classifier"] > times * found["fid_floor"]
    if kind in ("untrained", "gray", "one image"):
        assert found["fid_classifier"] > found["fid_constant"]
        assert found["classes_hit"] <= 3 and found["inception_score_classifier"] < 2


def test_figures_see_a_missing_class(made, tmp_path):
    x = made.train.images[made.train.labels != 3]
    found = judge(made, x, tmp_path)
    assert found["classes_hit"] == 9 and found["class_histogram"]["3"] < 0.005 * len(x)
    assert found["class_kl"] == pytest.approx(np.log(10 / 9), abs=0.02)
    assert found["fid_classifier"] > 3 * found["fid_floor"]


def test_more_noise_is_worse(made, tmp_path):
    x, draw = drawn(made.train), np.random.default_rng(1)
    scores = []
    for deviation in (0, 20, 40, 80):
        noisy = np.clip(np.rint(x + draw.normal(0, deviation, x.shape)), 0, 255).astype(np.uint8)
        scores.append(judge(made, noisy, tmp_path)["fid_classifier"])
    assert scores == sorted(scores)


@pytest.mark.parametrize("kind", ["untrained", "gray", "one image", "shuffled pixels"])
def test_random_features_tell_good_from_bad_without_labels(digits, tmp_path, kind):
    made = make_reference(tmp_path, *digits, extractor={"name": "random_features"})
    good = judge(made, drawn(made.train), tmp_path)
    bad = judge(made, degraded(made.train, kind), tmp_path)
    assert good["fid_random_features"] < 2 * good["fid_floor"]
    assert bad["fid_random_features"] > 20 * bad["fid_floor"]
    assert bad["fid_random_features"] > bad["fid_constant"]
    assert not {"classes_hit", "class_kl", "inception_score_random_features"} & bad.keys()


def test_a_figure_carries_its_protocol(quick, tmp_path):
    found = judge(quick, drawn(quick.train, 500), tmp_path)
    report = json.loads(quick.report.read_text())
    stated = {
        "n_real": 360, "n_fake": 500, "split": "test", "splits": 10, "seed": 0,
        "features": 16, "extractor": "classifier",
        "extractor_sha256": report["extractor_sha256"],
        "extractor_test_accuracy": report["test_accuracy"],
        "fid_floor": report["fid_floor"], "fid_constant": report["fid_constant"],
    }  # fmt: skip
    assert {key: found[key] for key in stated} == stated
    assert sum(found["class_histogram"].values()) == 500


def test_twice_gives_the_same_bytes_and_rounded_numbers(quick, tmp_path):
    x = drawn(quick.train, 500)
    judge(quick, x, tmp_path / "a")
    judge(quick, x, tmp_path / "b")
    text = (tmp_path / "a" / "out.json").read_bytes()
    assert text == (tmp_path / "b" / "out.json").read_bytes() and text.endswith(b"}\n")
    for key, value in json.loads(text).items():
        if isinstance(value, float):
            assert len(f"{value:.15g}".replace(".", "").lstrip("0")) <= 6, key


def test_the_order_of_the_samples_does_not_move_the_fid(quick, tmp_path):
    x = drawn(quick.train, 700)
    order = np.random.default_rng(5).permutation(len(x))
    a, b = judge(quick, x, tmp_path), judge(quick, x[order], tmp_path)
    assert a["fid_classifier"] == pytest.approx(b["fid_classifier"], rel=1e-5)
    assert a["class_histogram"] == b["class_histogram"]


def test_the_split_asked_for_is_the_one_compared_with(quick, tmp_path):
    x = save(tmp_path / "s.npz", drawn(quick.train, 500))
    found = {}
    for split in ("train", "test"):
        settings = quick.settings.model_copy(update={"split": split})
        evaluate(settings, x, quick.data, quick.reference, tmp_path / "out.json")
        found[split] = json.loads((tmp_path / "out.json").read_text())
    assert (found["train"]["n_real"], found["test"]["n_real"]) == (1437, 360)
    assert found["train"]["fid_classifier"] < found["test"]["fid_classifier"]


def test_conditional_samples_are_held_to_the_class_asked_for(made, tmp_path):
    asked = made.train.labels
    right = judge(made, made.train.images, tmp_path, labels=asked)
    wrong = judge(made, made.train.images, tmp_path, labels=(asked + 1) % 10)
    assert right["class_agreement"] > 0.99 and wrong["class_agreement"] < 0.01
    free = judge(made, made.train.images, tmp_path, labels=np.full(len(asked), -1))
    assert "class_agreement" not in free


def test_too_few_samples_for_the_features_are_warned_of(quick, tmp_path, capsys):
    found = judge(quick, drawn(quick.train, 16), tmp_path)
    assert "16 samples are too few for 16 features" in found["warning"]
    assert "Inception Score is biased" in found["warning"]
    assert found["warning"] in capsys.readouterr().err
    assert judge(quick, drawn(quick.train, 100), tmp_path)["warning"] == ""


def refused(made, tmp_path, message, *, samples=None, settings=None, data=None, reference=None):
    samples = samples or save(tmp_path / "good.npz", made.test.images)
    out = tmp_path / "out.json"
    with pytest.raises(ValueError, match=message):
        evaluate(settings or made.settings, samples, data, reference or made.reference, out)
    assert not out.exists()


BAD = {
    "floats": (np.zeros((9, 1, 8, 8), np.float32), "must be uint8.*float32"),
    "NaN": (np.full((9, 1, 8, 8), np.nan), "NaN or infinity: the generator has diverged"),
    "int64": (np.zeros((9, 1, 8, 8), np.int64), "must be uint8.*int64"),
    "size": (np.zeros((9, 1, 9, 9), np.uint8), r"\(1, 9, 9\), the real images \(1, 8, 8\)"),
    "channels": (np.zeros((9, 3, 8, 8), np.uint8), r"\(3, 8, 8\), the real images \(1, 8, 8\)"),
    "last": (np.zeros((9, 8, 8, 1), np.uint8), r"\(8, 8, 1\), the real images \(1, 8, 8\)"),
    "flat": (np.zeros((9, 64), np.uint8), r"\(N, C, S, S\)"),
    "one": (np.zeros((1, 1, 8, 8), np.uint8), "at least 2 samples; got 1"),
    "none": (np.zeros((0, 1, 8, 8), np.uint8), "at least 2 samples; got 0"),
    "few": (np.zeros((9, 1, 8, 8), np.uint8), "over 10 splits"),
}


@pytest.mark.parametrize("kind", BAD)
def test_samples_that_cannot_be_judged_are_refused(quick, tmp_path, kind):
    images, message = BAD[kind]
    refused(quick, tmp_path, message, samples=save(tmp_path / "bad.npz", images))


@pytest.mark.parametrize(
    "labels", [np.full(20, 10), np.full(20, -2), np.zeros(19, int), np.zeros(20)]
)
def test_labels_that_mean_nothing_are_refused(quick, tmp_path, labels):
    x = save(tmp_path / "bad.npz", quick.test.images[:20], labels=labels)
    refused(quick, tmp_path, "labels must be", samples=x)


def test_files_that_are_no_samples_are_refused(quick, tmp_path):
    refused(quick, tmp_path, "run the sample stage first", samples=tmp_path / "absent.npz")
    text = tmp_path / "text.npz"
    text.write_text("hello")
    refused(quick, tmp_path, "not a whole npz.*run the sample stage again", samples=text)
    empty = tmp_path / "empty.npz"
    np.savez(empty, labels=np.zeros(3))
    refused(quick, tmp_path, "must hold `images`; it holds labels", samples=empty)
    single = tmp_path / "single.npz"
    with single.open("wb") as file:
        np.save(file, np.zeros(3))
    refused(quick, tmp_path, "not a whole npz.*run the sample stage again", samples=single)
    pickled = save(tmp_path / "pickled.npz", np.array([{}], object))
    refused(quick, tmp_path, "not a whole npz.*run the sample stage again", samples=pickled)


def test_settings_other_than_the_references_are_refused(quick, tmp_path):
    for change in ({"splits": 5}, {"seed": 1}):
        other = quick.settings.model_copy(update=change)
        refused(quick, tmp_path, f"evaluate.{next(iter(change))}", settings=other)
    other = Evaluate.model_validate({"extractor": {"name": "classifier"}})
    refused(quick, tmp_path, "run the reference stage again", settings=other)


def copied(made, tmp_path):
    return shutil.copytree(made.reference, tmp_path / "copy")


@pytest.mark.parametrize(
    "name", ["extractor.safetensors", "extractor.json", "train.npz", "test.npz"]
)
def test_a_reference_that_lacks_a_file_is_refused(quick, tmp_path, name):
    folder = copied(quick, tmp_path)
    (folder / name).unlink()
    refused(quick, tmp_path, f"{name} is missing: run the reference stage first", reference=folder)


@pytest.mark.parametrize(
    "name", ["extractor.safetensors", "extractor.json", "train.npz", "test.npz"]
)
def test_a_reference_with_a_file_of_another_is_refused(quick, digits, tmp_path, name):
    """Other weights under the same name would give a figure, and a wrong one."""
    small = quick.settings.extractor.model_copy(update={"seed": 1})
    other = make_reference(tmp_path / "other", *digits, extractor=small.model_dump())
    folder = copied(quick, tmp_path)
    shutil.copy(other.reference / name, folder / name)
    refused(quick, tmp_path, "run the reference stage again", reference=folder)


def test_weights_with_one_bit_turned_are_refused(quick, tmp_path):
    folder = copied(quick, tmp_path)
    content = bytearray((folder / "extractor.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "extractor.safetensors").write_bytes(content)
    refused(quick, tmp_path, "SHA-256", reference=folder)


def test_a_card_that_is_not_one_is_refused(quick, tmp_path):
    folder = copied(quick, tmp_path)
    for text in ("", "{}", "[1]", '{"extractor": {"name": "nosuch"}}'):
        (folder / "extractor.json").write_text(text)
        refused(quick, tmp_path, "no card of an extractor", reference=folder)


def test_a_reference_made_of_other_images_is_refused(quick, tmp_path):
    changed = quick.test.images.copy()
    changed[0, 0, 0, 0] ^= 1
    other = ImageSet(images=changed, labels=quick.test.labels, classes=quick.test.classes)
    other.save(tmp_path / "data" / "test.npz")
    quick.train.save(tmp_path / "data" / "train.npz")
    refused(quick, tmp_path, "was made of images with SHA-256", data=tmp_path / "data")
    refused(quick, tmp_path, "run the normalize stage first", data=tmp_path / "nowhere")
