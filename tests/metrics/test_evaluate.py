import json
import shutil

import numpy as np
import pytest
from judged import drawn, judged, outputs, save
from real_digits import make_reference, settings_of

from reprogan.data.imageset import ImageSet
from reprogan.stages.evaluate import evaluate


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
    found = judged(made, drawn(made.train), tmp_path).final
    assert found.fid < 2 * found.reading["fid_floor"]
    assert found.value("inception_score") > 9
    assert found.value("classes_hit") == found.reading["classes"] == 10
    assert found.value("class_kl") < 0.01 and found.warnings == ()


@pytest.mark.parametrize(
    ("kind", "times"),
    [("untrained", 50), ("gray", 100), ("one image", 100), ("shuffled pixels", 40), ("noise", 10)],
)
def test_a_bad_generator_scores_far_worse(made, tmp_path, kind, times):
    found = judged(made, degraded(made.train, kind), tmp_path).final
    assert found.fid > times * found.reading["fid_floor"]
    if kind in ("untrained", "gray", "one image"):
        assert found.fid > found.reading["fid_constant"]
        assert found.value("classes_hit") <= 3 and found.value("inception_score") < 2


def test_figures_see_a_missing_class(made, tmp_path):
    x = made.train.images[made.train.labels != 3]
    found = judged(made, x, tmp_path).final
    assert found.value("classes_hit") == 9 and found.class_histogram["3"] < 0.005 * len(x)
    assert found.value("class_kl") == pytest.approx(np.log(10 / 9), abs=0.02)
    assert found.fid > 3 * found.reading["fid_floor"]


def test_more_noise_is_worse(made, tmp_path):
    x, draw = drawn(made.train), np.random.default_rng(1)
    scores = []
    for deviation in (0, 20, 40, 80):
        noisy = np.clip(np.rint(x + draw.normal(0, deviation, x.shape)), 0, 255).astype(np.uint8)
        scores.append(judged(made, noisy, tmp_path).final.fid)
    assert scores == sorted(scores)


@pytest.mark.parametrize("kind", ["untrained", "gray", "one image", "shuffled pixels"])
def test_random_features_tell_good_from_bad_without_labels(digits, tmp_path, kind):
    made = make_reference(tmp_path, *digits, extractor={"name": "random_features"})
    good = judged(made, drawn(made.train), tmp_path).final
    bad = judged(made, degraded(made.train, kind), tmp_path).final
    assert list(good.figures) == list(bad.figures) == ["fid_random_features_2k_test"]
    assert good.fid < 2 * good.reading["fid_floor"]
    assert bad.fid > 20 * bad.reading["fid_floor"]
    assert bad.fid > bad.reading["fid_constant"]
    assert good.class_histogram == {} and "classes" not in good.reading


def test_a_card_carries_its_protocol_and_names_carry_the_part_that_figures_differ_by(
    quick, tmp_path
):
    found = judged(quick, drawn(quick.train, 500), tmp_path)
    report = json.loads(quick.report.read_text())
    stated = {
        "version": 1, "name": "name", "checkpoint": "final", "selected_by": "",
        "n_real": 360, "n_fake": 500, "draws": 1, "split": "test", "seed": 0, "features": 16,
        "extractor": {**quick.settings.extractor.model_dump(mode="json")},
        "extractor_sha256": report["extractor_sha256"],
        "extractor_test_accuracy": report["test_accuracy"],
        "metrics": {"fid": {}, "inception_score": {"splits": 10}, "classes": {}},
        "intake": {"channels": 1, "size": 8, "resizer": "none", "low": -1.0, "high": 1.0},
    }  # fmt: skip
    card = json.loads((found.out.cards / "final.json").read_text())
    assert {key: card[key] for key in stated} == stated
    assert len(card["real_sha256"]) == len(card["made"]["sha256"]) == 64
    assert sum(card["class_histogram"].values()) == 500
    assert list(card["figures"]) == [
        "fid_classifier_500_test", "inception_score_classifier_500",
        "classes_hit_classifier_500_test", "class_kl_classifier_500_test",
    ]  # fmt: skip
    for name, figure in card["figures"].items():
        compared = not name.startswith("inception_score")
        assert (figure["n_fake"], figure["n_real"]) == (500, 360 if compared else None)
        assert figure["against"] == ("test" if compared else "") and name.startswith(figure["stem"])


def test_the_json_for_dvc_holds_the_cards_numbers_and_nothing_else(quick, tmp_path):
    found = judged(quick, drawn(quick.train, 500), tmp_path)
    flat = json.loads(found.out.figures.read_text())
    assert flat == found.final.flat
    assert set(flat) == {
        "fid_classifier_500_test", "fid_classifier_500_test_std",
        "inception_score_classifier_500", "inception_score_classifier_500_std",
        "classes_hit_classifier_500_test", "class_kl_classifier_500_test",
    }  # fmt: skip
    assert all(isinstance(value, float) for value in flat.values())
    assert found.out.curve.read_text() == "images,fid,fid_raw\n" and found.best is None
    assert [path.name for path in found.out.cards.iterdir()] == ["final.json"]


def test_what_an_earlier_evaluation_left_does_not_stay(quick, tmp_path):
    save(tmp_path / "cards" / "best.json", np.zeros(3))
    assert judged(quick, drawn(quick.train, 500), tmp_path).best is None


def test_twice_gives_the_same_bytes_and_rounded_numbers(quick, tmp_path):
    x = drawn(quick.train, 500)
    both = [judged(quick, x, tmp_path / name).out for name in "ab"]
    for of_it in ("figures", "curve"):
        one, other = (getattr(out, of_it).read_bytes() for out in both)
        assert one == other and one.endswith(b"\n")
    one, other = ((out.cards / "final.json").read_bytes() for out in both)
    assert one == other and one.endswith(b"}\n")
    for key, value in json.loads(both[0].figures.read_text()).items():
        assert len(f"{value:.15g}".replace(".", "").lstrip("0")) <= 6, key


def test_the_order_of_the_samples_does_not_move_the_fid(quick, tmp_path):
    x = drawn(quick.train, 700)
    order = np.random.default_rng(5).permutation(len(x))
    a, b = (judged(quick, images, tmp_path).final for images in (x, x[order]))
    assert a.fid == pytest.approx(b.fid, rel=1e-5)
    assert a.class_histogram == b.class_histogram


def test_nor_does_an_order_by_class_move_what_is_said_of_its_error(made, tmp_path):
    """Groups of one class each would be left out whole: the error came out ten times too large."""
    x = np.random.default_rng(0).permutation(len(made.train))
    by_class = x[np.argsort(made.train.labels[x], kind="stable")]
    mixed, sorted_ = (
        judged(made, made.train.images[rows], tmp_path).final for rows in (x, by_class)
    )
    for stem in ("fid", "inception_score"):
        one, other = mixed.find(stem).std, sorted_.find(stem).std
        assert 1 / 3 < one / other < 3, stem


def test_the_split_asked_for_is_the_one_compared_with(selecting, tmp_path):
    x, found = drawn(selecting.train, 500), {}
    for split, select in (("train", "test"), ("test", "train"), ("validation", "train")):
        settings = selecting.settings.model_copy(update={"split": split, "select": select})
        found[split] = judged(selecting, x, tmp_path, settings).final
        assert f"fid_classifier_500_{split}" in found[split].figures
        assert found[split].n_real == len(getattr(selecting, split))
    assert len({card.real_sha256 for card in found.values()}) == 3
    assert found["train"].fid < found["test"].fid


def test_a_split_that_is_not_there_is_refused(quick, tmp_path):
    other = quick.settings.model_copy(update={"split": "validation", "select": "train"})
    refused(quick, tmp_path, "validation is not there; valid: train, test", settings=other)


def test_too_few_samples_for_the_features_are_warned_of(quick, tmp_path, capsys):
    found = judged(quick, drawn(quick.train, 16), tmp_path).final
    few, splits = found.warnings
    assert "16 samples are too few for 16 features" in few
    assert f"by about {found.reading['fid_floor']:.3g}, which real images have" in few
    assert "Inception Score is biased" in splits
    said = capsys.readouterr().err
    assert few in said and splits in said
    assert judged(quick, drawn(quick.train, 100), tmp_path).final.warnings == ()


def test_samples_in_0_to_1_are_warned_of_and_black_ones_are_not(quick, tmp_path, capsys):
    x = drawn(quick.train, 100)
    (said,) = judged(quick, x // 128, tmp_path).final.warnings
    assert said == "the samples lie in [0, 1] of [0, 255]: were they scaled to bytes?"
    assert said in capsys.readouterr().err
    two = {"draws": 2, "made": "{}"}
    assert judged(quick, np.concatenate([0 * x, x // 128]), tmp_path, **two).final.warnings == (
        said,
    )
    for fine in (0 * x, x // 127):
        assert judged(quick, fine, tmp_path).final.warnings == ()


def refused(made, tmp_path, message, *, samples=None, settings=None, data=None, reference=None):
    samples = samples or save(tmp_path / "good.npz", made.test.images)
    out, settings = outputs(tmp_path), settings or made.settings
    with pytest.raises(ValueError, match=message):
        evaluate("name", settings, samples, None, data, reference or made.reference, out)
    assert not any(path.exists() for path in (out.figures, out.cards, out.curve))


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
    "few": (
        np.zeros((9, 1, 8, 8), np.uint8),
        "inception_score: splits: 10 needs 10 samples, got 9",
    ),
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


def test_samples_that_do_not_say_how_they_were_made_are_refused(quick, tmp_path):
    x = quick.test.images[:20]
    for made in ("{", "[1]", '{"steps": 3}', '{"images": "many"}'):
        bad = save(tmp_path / "bad.npz", x, made=made)
        refused(quick, tmp_path, r"bad\.npz: .*made", samples=bad)
    for draws in (0, -1, 3):
        bad = save(tmp_path / "bad.npz", x, draws=draws)
        refused(quick, tmp_path, f"20 images are not {draws} draws", samples=bad)


def test_settings_other_than_the_references_are_refused(quick, tmp_path):
    """Of the extractor; metrics are computed anew each time, so they may be any."""
    other = settings_of({"name": "classifier"})
    refused(quick, tmp_path, "run the reference stage again", settings=other)
    other = settings_of(quick.settings.extractor.model_copy(update={"seed": 1}).model_dump())
    refused(quick, tmp_path, "run the reference stage again", settings=other)
    other = quick.settings.model_copy(update={"seed": 1})
    scores = [
        judged(quick, drawn(quick.train, 500), tmp_path, settings).final.value("inception_score")
        for settings in (quick.settings, other)
    ]
    assert scores[0] != scores[1]


FILES = ["extractor.weights", "extractor.json", "train.npz", "test.npz"]


def copied(made, tmp_path):
    return shutil.copytree(made.reference, tmp_path / "copy")


@pytest.mark.parametrize("name", FILES)
def test_a_reference_that_lacks_a_file_is_refused(quick, tmp_path, name):
    folder = copied(quick, tmp_path)
    (folder / name).unlink()
    refused(quick, tmp_path, f"{name} is missing: run the reference stage first", reference=folder)


@pytest.mark.parametrize("name", FILES)
def test_a_reference_with_a_file_of_another_is_refused(quick, digits, tmp_path, name):
    """Other weights under the same name would give a figure, and a wrong one."""
    small = quick.settings.extractor.model_copy(update={"seed": 1})
    other = make_reference(tmp_path / "other", *digits, extractor=small.model_dump())
    folder = copied(quick, tmp_path)
    shutil.copy(other.reference / name, folder / name)
    refused(quick, tmp_path, "run the reference stage again", reference=folder)


def test_weights_with_one_bit_turned_are_refused(quick, tmp_path):
    folder = copied(quick, tmp_path)
    content = bytearray((folder / "extractor.weights").read_bytes())
    content[-1] ^= 1
    (folder / "extractor.weights").write_bytes(content)
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
