"""`reprogan score`: the pipeline's figures for images from anywhere, and refusals that help."""

import json
import shutil
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from reprogan.__main__ import app
from reprogan.data.imageset import ImageSet
from reprogan.data.settings import Data
from reprogan.metrics.extractors.classifier import Classifier
from reprogan.metrics.extractors.custom import Custom
from reprogan.metrics.extractors.random_features import RandomFeatures
from reprogan.metrics.measures.metric import Real
from reprogan.metrics.metric_card import MetricCard
from reprogan.metrics.seen import Seen
from reprogan.score import kept, references
from reprogan.score.references import SIZES
from reprogan.stages.evaluate import Outputs, evaluate
from reprogan.stages.reference import reference
from small import SHARED

RANDOM = "{name: random_features, width: 4, features: 8}"
SMALL = "{name: classifier, width: 4, features: 8, images: 640}"
PLAIN = ("--extractor", RANDOM, "--metrics", "fid")


@pytest.fixture(autouse=True)
def outside(tmp_path, monkeypatch):
    """In no repository, with a cache of its own."""
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.setenv("REPROGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def images(digits):
    """60 digits to be judged and 90 real ones, (N, 1, 8, 8)."""
    return digits[0].images[:60], digits[0].images[60:150]


def run(*words):
    return CliRunner().invoke(app, ["score", *map(str, words), "--device", "cpu"])


def cards(*words):
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    return [MetricCard.model_validate_json(json.dumps(c)) for c in found] if isinstance(found, list) else (
        MetricCard.model_validate_json(result.stdout)
    )  # fmt: skip


def refused(*words):
    result = run(*words)
    assert result.exit_code == 1 and result.stdout == ""
    return result.stderr


def npz(path, images, **more):
    np.savez(path, images=images, **more)
    return path


def pngs(folder, images, labels=None):
    """A png for each image, in class folders if there are labels."""
    for i, pixels in enumerate(images):
        place = folder if labels is None else folder / str(labels[i])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)).save(
            place / f"{i:04}.png"
        )
    return folder


@pytest.fixture
def pair(images, tmp_path):
    return npz(tmp_path / "a.npz", images[0]), npz(tmp_path / "b.npz", images[1])


# Parity


def test_samples_of_the_pipeline_get_the_card_of_the_evaluate_stage(quick, tmp_path):
    draw = np.random.default_rng(0)
    x = quick.train.images[draw.integers(len(quick.train), size=400)]
    made = json.dumps({"images": 64, "train_seed": 3, "sample_seed": 4, "device": "cpu"})
    labels = draw.integers(10, size=400)
    path = npz(tmp_path / "mine.npz", x, labels=labels, draws=2, made=made)
    out = Outputs(figures=tmp_path / "f.json", cards=tmp_path / "cards", curve=tmp_path / "c.csv")
    evaluate("mine", quick.settings, path, None, quick.data, quick.reference, out)
    staged = MetricCard.load(out.cards / "final.json", "evaluate")
    metrics = "{fid: {}, inception_score: {splits: 10}, classes: {}}"
    card = cards(path, "--reference", quick.reference, "--metrics", metrics)
    told = {"name": str(path), "checkpoint": "given"}
    assert card == staged.model_copy(update=told)
    assert card.draws == 2 and card.made.train_seed == 3


def test_a_set_scores_the_same_however_it_is_packed(pair, images, tmp_path):
    a, b = pair
    folder = pngs(tmp_path / "pngs", images[0])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"inside/{file.name}")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as packed:
        packed.add(folder, "inside")
    np.save(tmp_path / "a.npy", images[0][:, 0])
    for name in ("a.npz", "a.npy", "a.zip"):
        shutil.copy(tmp_path / name, tmp_path / f"upper-{name.upper()}")
    np.savez(tmp_path / "last.npz", images[0].transpose(0, 2, 3, 1))
    names = ("a.zip", "a.tar.gz", "a.npy", "last.npz", "upper-A.NPZ", "upper-A.NPY", "upper-A.ZIP")
    sets = [a, folder, *(tmp_path / name for name in names)]
    found = cards(*sets, "--reference", b, *PLAIN)
    assert [card.name for card in found] == [str(path) for path in sets]
    assert len({(card.made.sha256, card.value("fid")) for card in found}) == 1
    assert cards(a, b, *PLAIN) == found[0]
    reals = cards(a, pngs(tmp_path / "reals", images[1]), *PLAIN)
    assert reals.real_sha256 == found[0].real_sha256 and reals.figures == found[0].figures


def test_the_figure_is_the_distance_to_all_real_images(pair, images):
    card = cards(*pair, *PLAIN)
    extractor = RandomFeatures(width=4, features=8)
    real = ImageSet(images=images[1], labels=np.full(90, -1))
    network = extractor.load(extractor.fit(real), 1, 8, 0)
    with torch.no_grad():
        a, b = (network(torch.from_numpy(x))[0].numpy().astype(np.float64) for x in images)
    product = np.linalg.eigvals(np.cov(a.T) @ np.cov(b.T)).real.clip(0)
    trace = np.trace(np.cov(a.T) + np.cov(b.T)) - 2 * np.sqrt(product).sum()
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + trace
    (name,) = card.figures
    assert name == "fid_random_features_60_train" and card.n_real == 90
    assert card.value("fid") == pytest.approx(expected, rel=1e-4)


def test_several_processes_give_the_same_figures(pair):
    assert cards(*pair, *PLAIN, "--jobs", "2") == cards(*pair, *PLAIN)


def test_equal_sets_are_at_no_distance(pair):
    assert cards(pair[1], pair[1], *PLAIN).value("fid") == pytest.approx(0, abs=1e-9)


# Labels and splits


def test_class_folders_are_labels_of_both_sets(digits, tmp_path):
    train = digits[0]
    labels = train.labels
    real = pngs(tmp_path / "real", train.images[:200], labels[:200])
    right = pngs(tmp_path / "right", train.images[200:300], labels[200:300])
    wrong = pngs(tmp_path / "wrong", train.images[200:300], (labels[200:300] + 1) % 10)
    numbered = npz(tmp_path / "n.npz", train.images[200:300], labels=labels[200:300])
    extractor = "{name: classifier, width: 8, features: 16, images: 12800}"
    rows = np.arange(200, 300)[labels[200:300] >= 5]
    some = pngs(tmp_path / "some", train.images[rows], labels[rows])
    options = ("--reference", real, "--extractor", extractor, "--metrics", "conditional,fid")
    found = [c.value("class_agreement") for c in cards(right, wrong, numbered, some, *options)]
    assert found[0] == found[2] > 0.6 and found[1] < 0.2 and found[3] > 0.6


def test_auto_takes_a_classifier_where_real_images_have_labels(digits, tmp_path, pair):
    labeled = npz(tmp_path / "l.npz", digits[0].images[:300], labels=digits[0].labels[:300])
    card = cards(pair[0], labeled, "--extractor", SMALL, "--metrics", "fid")
    assert "the very images" in card.warnings[-1] and card.extractor["name"] == "classifier"
    card = cards(*pair, "--metrics", "fid")
    assert card.extractor["name"] == "random_features" and "not trained" in card.warnings[-1]


def test_a_test_split_is_compared_with_and_train_makes_the_extractor(images, tmp_path, pair):
    pngs(tmp_path / "real/train", images[1][:50])
    pngs(tmp_path / "real/test", images[1][50:])
    card = cards(pair[0], tmp_path / "real", *PLAIN)
    assert (card.split, card.n_real) == ("test", 40)
    assert cards(pair[0], tmp_path / "real", *PLAIN, "--split", "train").n_real == 50
    assert "real/train" in refused(tmp_path / "real", pair[1], *PLAIN)
    assert "train, which is all" in refused(*pair, *PLAIN, "--split", "test")


def test_every_metric_works_without_a_split(pair):
    card = cards(*pair, "--extractor", RANDOM)
    assert {"fid", "kid_unit_rms", "precision"} <= {f.stem for f in card.figures.values()}
    assert card.find("authenticity") is None


def test_a_lone_split_has_two_halves_to_read_figures_by():
    features = np.arange(11, dtype=np.float32)[:, None]
    lone = Real({"train": Seen(features, None, np.full(11, -1))}, "train", (), 0)
    other, rest = lone.apart(100)
    parts = other.features, rest.compared.features
    assert [*map(len, parts)] == [5, 6] and len(lone.compared) == 11
    np.testing.assert_array_equal(np.sort(np.concatenate(parts), axis=0), features)


def test_classes_that_the_reference_lacks(quick, images, tmp_path, pair):
    names = np.array(["0", "cat"] * 30)
    strange = pngs(tmp_path / "s", images[0], names)
    assert "the classes cat" in refused(strange, "--reference", quick.reference)
    assert "not used" in cards(strange, pair[1], *PLAIN).warnings[-1]
    bad = npz(tmp_path / "bad.npz", images[0], labels=np.full(60, 10))
    assert "[-1, 9]; got [10, 10]" in refused(bad, "--reference", quick.reference)


def test_a_class_that_the_reference_has_no_image_of(digits, tmp_path):
    train = digits[0].take(digits[0].labels != 3)
    real = npz(tmp_path / "real.npz", train.images[:300], labels=train.labels[:300])
    asked = npz(tmp_path / "a.npz", digits[0].images[:300], labels=digits[0].labels[:300])
    options = ("--reference", real, "--extractor", RANDOM, "--metrics", "conditional")
    card = cards(asked, *options)
    assert "leaves out class 3, which samples were asked for" in card.warnings[0]
    assert card.find("intra_class_fid") is not None
    same = npz(tmp_path / "b.npz", train.images[:300], labels=train.labels[:300])
    assert not any("leaves out" in said for said in cards(same, *options).warnings)


# Numbers and sizes


def test_images_are_drawn_by_the_seed(pair, images):
    found = [cards(*pair, *PLAIN, "--images", 40, "--seed", s) for s in (0, 0, 1)]
    assert found[0] == found[1] and found[0].made.sha256 != found[2].made.sha256
    assert found[0].n_fake == 40 and "fid_random_features_40_train" in found[0].figures
    assert "--images 61" in (text := refused(*pair, *PLAIN, "--images", 61)) and "60 images" in text


def test_sizes_and_channels_are_made_alike_only_when_asked_for(images, tmp_path, pair):
    large = npz(tmp_path / "large.npz", np.kron(images[0], np.ones((1, 1, 2, 2), np.uint8)))
    text = refused(large, pair[1], *PLAIN)
    assert "16 x 16" in text and "8 x 8" in text and "--size 8" in text
    card = cards(large, pair[1], *PLAIN, "--size", 8, "--resize", "box")
    assert card.made.sha256 == cards(*pair, *PLAIN).made.sha256
    assert "resized from 16 x 16 to 8 (box)" in card.warnings[-2]
    rgb = npz(tmp_path / "rgb.npz", np.repeat(images[0], 3, 1))
    assert "rgb.npz is RGB" in (text := refused(rgb, pair[1], *PLAIN)) and "--channels" in text
    gray = cards(rgb, pair[1], *PLAIN, "--channels", 1)
    assert gray.figures == cards(*pair, *PLAIN).figures
    assert "rgb.npz: images were made gray" in gray.warnings[-2]
    folder = pngs(tmp_path / "rgb", np.repeat(images[0], 3, 1))
    packed = cards(folder, pair[1], *PLAIN, "--channels", 1)
    assert (
        packed.figures == gray.figures and "60 of 60 images were made gray" in packed.warnings[-2]
    )
    colored = cards(rgb, pair[1], *PLAIN, "--channels", 3)
    assert colored.n_fake == 60 and "b.npz: images were made RGB" in colored.warnings[-2]


def test_pictures_of_several_sizes_or_not_square(images, tmp_path, pair):
    folder = pngs(tmp_path / "m", images[0])
    Image.fromarray(images[0][0, 0]).resize((9, 9)).save(folder / "odd.png")
    assert "8 x 8 (" in (text := refused(folder, pair[1])) and "9 x 9 (odd.png)" in text
    Image.fromarray(images[0][0, 0]).resize((9, 8)).save(folder / "odd.png")
    assert "odd.png is 9 x 8, not square" in refused(folder, pair[1])
    card = cards(folder, pair[1], *PLAIN, "--size", 8)
    assert "1 of 61 images were resized" in card.warnings[-2]


def test_an_unreadable_picture_is_named_or_left_out(images, tmp_path, pair):
    folder = pngs(tmp_path / "m", images[0])
    (folder / "0003.png").write_bytes(b"no picture")
    assert "0003.png" in (text := refused(folder, pair[1], *PLAIN)) and "--skip-corrupt" in text
    card = cards(folder, pair[1], *PLAIN, "--skip-corrupt")
    assert card.n_fake == 59 and "1 unreadable" in card.warnings[-2]


# Bad input


def floats(x):
    return x.astype(np.float32) / 127.5 - 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (floats, "rounded from (x + 1) * 127.5; got float32"),
        (lambda x: np.where(floats(x) > 0, np.nan, 0), "NaN or infinity"),
        (lambda x: x.astype(np.int64), "got int64"),
        (lambda x: np.repeat(x, 4, 1), "1 (gray) or 3 (RGB) channels"),
        (lambda x: x[:0], "holds no image"),
        (lambda x: x[:1], "at least 2 samples; got 1"),
        (lambda x: x[:, 0, 0, 0], "got (60,)"),
        (lambda x: x[:, :, :7], "8 x 7, not square"),
        (lambda x: x.astype(object), "Python objects"),
    ],
)
def test_arrays_that_are_no_images(change, says, images, tmp_path, pair):
    assert says in refused(npz(tmp_path / "x.npz", change(images[0])), pair[1], *PLAIN)


def test_files_that_hold_no_images(tmp_path, pair):
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.txt").write_text("x")
    (tmp_path / "torn.npz").write_bytes(pair[0].read_bytes()[:500])
    np.savez(tmp_path / "two.npz", x=np.zeros((2, 8, 8)), y=np.zeros((2, 8, 8)))
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as packed:
        packed.writestr("../x.png", b"")
    assert "it is empty" in refused("empty", pair[1])
    assert "valid: a folder, .zip" in refused("x.txt", pair[1])
    assert "torn.npz is no whole npz" in refused("torn.npz", pair[1])
    assert "x (2, 8, 8), y (2, 8, 8)" in refused("two.npz", pair[1])
    assert "unsafe name" in refused("slip.zip", pair[1])
    assert "nosuch does not exist" in refused("nosuch", pair[1])
    few = npz(tmp_path / "few.npz", np.zeros((3, 1, 8, 8), np.uint8))
    assert "at least 4 real images of each split; train has 3" in refused(pair[0], few, *PLAIN)


def test_samples_of_a_training_that_failed(tmp_path, pair, images):
    failed = json.dumps({"failed": "diverged at step 7"})
    path = npz(tmp_path / "f.npz", images[0][:0], made=failed)
    assert "diverged at step 7" in refused(path, pair[1])


def test_what_is_typed_wrong_is_told_with_what_is_right(pair):
    assert "nothing to compare it with" in refused(pair[0])
    assert "which one is real?" in refused(*pair, pair[0])
    assert "Did you mean 'mnist'?" in refused(pair[0], "--reference", "mnst")
    assert "Did you mean 'kid'?" in refused(*pair, "--metrics", "fid,kidd")
    assert "name at least one; valid: fid" in refused(*pair, "--metrics", "")
    assert "Did you mean 'inception'?" in refused(*pair, "--extractor", "inceptio")
    assert "valid: width" in refused(*pair, "--extractor", "{name: random_features, widht: 1}")
    assert "neither a name nor YAML" in refused(*pair, "--extractor", "{name: ")
    assert "Error: --extractor: a classifier" in refused(*pair, "--extractor", "classifier")
    assert "'nearest'; valid: lanczos" in refused(*pair, "--resize", "nearest")
    assert "1 (gray) or 3 (RGB); got 2" in refused(*pair, "--channels", "2")
    assert "--mirror is for published data" in refused(*pair, "--mirror", "http://x/")
    assert "mirror must begin with" in refused(pair[0], "--reference", "digits", "--mirror", "x")
    assert "ends in .json" in refused(*pair, "--to", "x.txt")


def test_an_extractor_other_than_that_of_a_stage(quick, pair):
    text = refused(pair[0], "--reference", quick.reference, "--extractor", "random_features")
    assert "was made with Classifier" in text and "leave the option out" in text


def test_few_images_are_warned_of(pair):
    wide = "{name: random_features, width: 4, features: 64}"
    card = cards(*pair, "--extractor", wide, "--metrics", "fid")
    assert "60 samples are too few for 64 features" in card.warnings[0]


NAMED = "{inception_score: {splits: 10}, precision_recall: {k: 5}}"


def test_too_few_images_name_the_sets_the_metric_and_its_setting(pair, images, tmp_path):
    five = npz(tmp_path / "five.npz", images[0][:5])
    text = refused(five, pair[1], "--extractor", RANDOM, "--metrics", NAMED)
    assert f"{five} against {pair[1]}: precision_recall: k: 5 needs 6 samples, got 5" in text
    assert "inception_score" not in text, "which does not apply"
    text = refused(pair[0], five, "--extractor", RANDOM, "--metrics", NAMED)
    assert "precision_recall: k: 5 needs 6 real images, got 5" in text
    half = npz(tmp_path / "half.npz", images[1][:11])
    text = refused(pair[0], half, "--extractor", RANDOM, "--metrics", NAMED)
    assert "k: 5 needs 6 real images to read it by (of a lone split, half), got 5" in text


def test_too_few_images_are_found_before_an_extractor_is_made(
    quick, digits, pair, tmp_path, monkeypatch
):
    def look(*_):
        raise AssertionError("an extractor was made")

    monkeypatch.setattr(references, "look", look)
    monkeypatch.setattr(kept, "look", look)
    nine = npz(tmp_path / "nine.npz", digits[0].images[:9], labels=np.arange(9) % 2)
    text = refused(pair[0], nine, "--metrics", NAMED)
    assert "inception_score: splits: 10 needs 10 real images, got 9" in text
    for whose in ("digits", quick.reference):
        text = refused(nine, "--reference", whose, "--metrics", NAMED)
        assert "inception_score: splits: 10 needs 10 samples, got 9" in text


def test_a_metric_asked_for_by_name_says_why_it_has_no_figure(pair, images, tmp_path):
    why = "inception_score does not apply: random_features has no logits"
    named = ("--extractor", RANDOM, "--metrics")
    text = refused(*pair, *named, "inception_score,memorization")
    assert f"no figure is left: {why}; memorization does not apply: the real images are" in text
    card = cards(*pair, *named, "fid,inception_score")
    assert why in card.warnings and [f.stem for f in card.figures.values()] == ["fid"]
    assert not any("apply" in said for said in cards(*pair, "--extractor", RANDOM).warnings)


def test_images_in_0_to_1_are_warned_of_and_black_ones_are_not(quick, pair, images, tmp_path):
    zero_one = npz(tmp_path / "01.npz", images[0] // 128)
    black = npz(tmp_path / "black.npz", 0 * images[0])
    said = "lie in [0, 1] of [0, 255]: were they scaled to bytes?"
    result = run(zero_one, pair[1], *PLAIN)
    assert f"note: the samples {said}" in result.stderr
    assert f"the samples {said}" in json.loads(result.stdout)["warnings"]
    assert f"the real images {said}" in cards(pair[0], zero_one, *PLAIN).warnings
    stage = cards(zero_one, "--reference", quick.reference, "--metrics", "fid")
    assert f"the samples {said}" in stage.warnings, "where only features of real images are kept"
    for these, those in (pair, (black, pair[1]), (zero_one, zero_one), (zero_one, black)):
        assert not any("scaled" in text for text in cards(these, those, *PLAIN).warnings)


# What is written


def test_json_goes_to_stdout_or_a_file_and_the_table_to_stderr(pair, tmp_path):
    result = run(*pair, *PLAIN)
    assert json.loads(result.stdout)["name"] == str(pair[0])
    assert "fid" in result.stderr and "real images" in result.stderr and "note:" in result.stderr
    filed = run(*pair, *PLAIN, "--to", "out/f.json")
    assert filed.stdout == "" and (tmp_path / "out/f.json").read_text() == result.stdout


# Published data


def test_digits_are_kept_and_never_stale(digits, tmp_path, monkeypatch, pair):
    options = (pair[0], "--reference", "digits", "--extractor", RANDOM, "--metrics", "fid")
    first = run(*options)
    assert json.loads(first.stdout)["split"] == "test" and "is kept in" in first.stderr
    (folder,) = (tmp_path / "cache/references").glob("*/")
    assert not list(tmp_path.glob(".dvc"))

    def fit(*_):
        raise AssertionError("made a second time")

    with monkeypatch.context() as patch:
        patch.setattr(kept, "look", fit)
        patch.setattr(kept, "download", fit)
        again = run(*options)
        assert again.stdout == first.stdout and "made again" not in again.stderr
    for file in (*folder.iterdir(), *(tmp_path / "cache/images").glob("*/images/*")):
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        mended = run(*options)
        assert mended.stdout == first.stdout, file
        assert "made again" in mended.stderr, file


def test_images_that_were_exchanged_are_made_again(tmp_path, pair):
    options = (pair[0], "--reference", "digits", "--extractor", RANDOM, "--metrics", "fid")
    first = run(*options)
    (file,) = (tmp_path / "cache/images").glob("*/images/test.npz")
    images = ImageSet.load(file)
    images.images[0, 0, 0, 0] ^= 1
    images.save(file)
    mended = run(*options)
    assert mended.stdout == first.stdout and "not those that were written" in mended.stderr


def test_a_changed_file_of_an_extractor_gives_another_key(tmp_path):
    path = tmp_path / "net.pt"
    facts = []
    for content in (b"1", b"2"):
        path.write_bytes(content)
        facts.append(kept.facts_of(Custom(path=str(path))))
    assert facts[0]["declaration"] == facts[1]["declaration"] and facts[0] != facts[1]


def test_what_is_kept_are_the_files_of_the_reference_stage(tmp_path, pair):
    cards(pair[0], "--reference", "digits", "--extractor", SMALL, "--metrics", "fid")
    (images,) = (tmp_path / "cache/images").glob("*/images")
    (folder,) = (tmp_path / "cache/references").glob("*/")
    asked = Classifier(width=4, features=8, images=640)
    reference(asked, images, tmp_path / "staged", tmp_path / "r.json")
    staged = {file.name: file.read_bytes() for file in (tmp_path / "staged").iterdir()}
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == staged


def test_published_data_are_known_in_their_own_size():
    assert {*SIZES, "folder"} == set(Data.model_fields["name"].annotation.__args__)
    for name, size in SIZES.items():
        Data(name=name, size=size)


def test_a_folder_named_like_published_data(pair, monkeypatch, tmp_path, images):
    pngs(tmp_path / "digits", images[1])
    result = run(pair[0], "digits", *PLAIN)
    assert "./digits is yours" in result.stderr and json.loads(result.stdout)["n_real"] == 359
    assert cards(pair[0], "./digits", *PLAIN).n_real == 90


@pytest.mark.slow
def test_mnist_through_a_mirror(tmp_path, monkeypatch):
    if not (SHARED / "mnist").is_dir():
        pytest.skip(f"MNIST's files are not at {SHARED / 'mnist'}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    handler = partial(SimpleHTTPRequestHandler, directory=str(SHARED / "mnist"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    x = np.random.default_rng(0).integers(0, 256, (100, 1, 28, 28), np.uint8)
    path = npz(tmp_path / "noise.npz", x)
    address = f"http://127.0.0.1:{server.server_port}"
    card = cards(path, "--reference", "mnist", "--mirror", address, *PLAIN)
    server.shutdown()
    server.server_close()
    assert card.n_real == 10_000 and card.value("fid") > 10 * card.reading["fid_floor"]
    assert cards(path, "--reference", "mnist", *PLAIN) == card  # with no mirror at all
