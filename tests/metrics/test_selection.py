"""The curve of a training and its best checkpoint: by what it is chosen, and what of it is said."""

import csv
import io
import json

import numpy as np
import pytest
from judged import drawn, judged, outputs, save
from scipy import linalg

from reprogan.metrics.card import load_card, load_network
from reprogan.metrics.features import extract
from reprogan.stages.evaluate import evaluate

N = 300
MADE = json.dumps({"images": 96, "train_seed": 0, "sample_seed": 0, "device": "cpu"})


def noisy(images, deviation, seed=0):
    """Real images under noise: the more, the greater the FID."""
    x, draw = drawn(images, N, seed), np.random.default_rng(seed)
    return np.clip(np.rint(x + draw.normal(0, deviation, x.shape)), 0, 255).astype(np.uint8)


def course(made, *deviations, kind="published"):
    """Snapshots after 32, 64, ... images."""
    return {
        f"{kind}_{32 * i}": noisy(made.train, deviation)
        for i, deviation in enumerate(deviations, start=1)
    }


def rows(found):
    """The curve."""
    return list(csv.DictReader(io.StringIO(found.out.curve.read_text())))


def test_the_best_is_the_one_nearest_to_the_images_of_selection(selecting, tmp_path):
    snapshots = course(selecting, 80, 0, 60)
    final = noisy(selecting.train, 30)
    found = judged(selecting, final, tmp_path, snapshots=snapshots, made=MADE)
    best = found.best
    assert best.made.images == 64 and best.checkpoint == "best" and best.draws == 1
    assert best.made.train_seed == 0 and found.final.made.images == 96
    alone = judged(selecting, snapshots["published_64"], tmp_path / "alone").final
    assert best.figures == alone.figures and best.made.sha256 == alone.made.sha256
    assert best.selected_by == (
        f"the least FID in classifier of 300 samples from the {len(selecting.validation)} images of"
        " validation, of 4 checkpoints"
    )
    flat = json.loads(found.out.figures.read_text())
    assert flat["best_fid_classifier_300_test"] == best.fid < flat["fid_classifier_300_test"]
    assert flat["best_images"] == 64
    assert flat == found.final.flat | {"best_fid_classifier_300_test": best.fid, "best_images": 64}
    assert found.final.selected_by == "" and found.final.split == best.split == "test"


@pytest.mark.parametrize(("select", "split"), [("train", "test"), ("test", "train")])
def test_it_is_never_chosen_by_what_is_reported(selecting, tmp_path, select, split):
    """One checkpoint shows the test images themselves, the other as many of the training images."""
    shown = {"train": drawn(selecting.train, 360, 1), "test": selecting.test.images}
    settings = selecting.settings.model_copy(update={"select": select, "split": split})
    snapshots = {f"published_{i}": shown[name] for i, name in ((1, "train"), (2, "test"))}
    found = judged(selecting, shown[split], tmp_path, settings, snapshots, made=MADE)
    assert found.best.made.images == {"train": 1, "test": 2}[select]
    assert found.best.fid > found.final.fid, "the reported figure would have chosen the other"


def test_raw_weights_are_on_the_curve_and_never_chosen(selecting, tmp_path):
    raw = course(selecting, 0, 0, kind="raw")
    found = judged(
        selecting, noisy(selecting.train, 40), tmp_path,
        snapshots=course(selecting, 80, 60) | raw, made=MADE,
    )  # fmt: skip
    assert found.best.made.images == 96 and "of 3 checkpoints" in found.best.selected_by
    first, second, end = rows(found)
    assert first["fid_raw"] == second["fid_raw"] and end["fid_raw"] == ""
    assert float(first["fid_raw"]) < float(end["fid"]) < float(second["fid"]) < float(first["fid"])


def test_the_curve_is_of_the_images_of_selection(selecting, tmp_path):
    """Against scipy, from the extractor's features."""
    snapshots, final = course(selecting, 80, 20), noisy(selecting.train, 40)
    raw = {"raw_64": noisy(selecting.train, 50)}
    found = judged(selecting, final, tmp_path, snapshots=snapshots | raw, made=MADE)
    assert [row["images"] for row in rows(found)] == ["32", "64", "96"]
    assert found.out.curve.read_text().startswith("images,fid,fid_raw\n32,")
    network = load_network(selecting.reference, load_card(selecting.reference))

    def moments(images):
        x = extract(network, images).features.astype(np.float64)
        return x.mean(0), np.cov(x, rowvar=False)

    m, s = moments(selecting.validation.images)
    known = []
    for images in (*snapshots.values(), final, raw["raw_64"]):
        n, t = moments(images)
        known.append((m - n) @ (m - n) + np.trace(s + t - 2 * linalg.sqrtm(s @ t).real))
    on_it = [float(row["fid"]) for row in rows(found)] + [float(rows(found)[1]["fid_raw"])]
    assert on_it == pytest.approx(known, rel=2e-5)
    assert rows(found)[0]["fid_raw"] == ""


def test_where_the_end_is_the_best_its_card_says_the_same(selecting, tmp_path):
    final = noisy(selecting.train, 0)
    found = judged(selecting, final, tmp_path, snapshots=course(selecting, 80, 40), made=MADE)
    assert found.best.made == found.final.made
    changes = {"checkpoint": "final", "selected_by": ""}
    assert found.best.model_copy(update=changes) == found.final


def test_of_several_draws_the_first_stands_for_the_end(selecting, tmp_path):
    """So that every point of the curve is of as many samples."""
    draws = [noisy(selecting.train, deviation) for deviation in (0, 30, 60)]
    found = judged(
        selecting, np.concatenate(draws), tmp_path, draws=3, made=MADE,
        snapshots=course(selecting, 20),
    )  # fmt: skip
    assert found.best.made.images == 96 and (found.best.draws, found.final.draws) == (1, 3)
    assert found.best.fid == found.final.find("fid").draws[0] < found.final.fid
    assert "fid_classifier_300_test" in found.best.figures.keys() & found.final.figures.keys()


def test_of_equal_ones_the_first_is_the_best(selecting, tmp_path):
    same = noisy(selecting.train, 20)
    snapshots = {"published_128": same, "published_64": same, "published_32": same[::-1] ^ 8}
    assert judged(selecting, same, tmp_path, snapshots=snapshots, made=MADE).best.made.images == 64


def test_twice_gives_the_same_bytes(selecting, tmp_path):
    written = []
    for name in "ab":
        out = judged(
            selecting, noisy(selecting.train, 9), tmp_path / name, made=MADE,
            snapshots=course(selecting, 50, 5),
        ).out  # fmt: skip
        paths = [out.figures, out.curve, out.cards / "final.json", out.cards / "best.json"]
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]


def test_the_classes_that_snapshots_were_asked_for_are_those_of_the_first_draw(
    selecting, tmp_path, monkeypatch
):
    from reprogan.stages import evaluate as module

    seen, see = [], module.Judge.see

    def noted(self, images, labels, label=""):
        seen.append(labels)
        return see(self, images, labels, label)

    monkeypatch.setattr(module.Judge, "see", noted)
    labels = np.arange(2 * N) % 7
    judged(
        selecting, np.concatenate([noisy(selecting.train, 0)] * 2), tmp_path, draws=2,
        labels=labels, made=MADE, snapshots=course(selecting, 20),
    )  # fmt: skip
    assert np.array_equal(seen[0], labels) and np.array_equal(seen[1], labels[:N])


def test_without_images_to_select_by_it_is_said_what_there_is(quick, tmp_path):
    with pytest.raises(
        ValueError, match=r"no split validation \(data\.validation_share\); valid: train$"
    ):
        judged(quick, noisy(quick.train, 0), tmp_path, snapshots=course(quick, 20))
    assert not outputs(tmp_path).figures.exists()


def test_without_snapshots_none_is_asked_for(quick, tmp_path):
    found = judged(quick, noisy(quick.train, 0), tmp_path, snapshots={})
    assert found.best is None and rows(found) == []


BAD = {
    "number": ({"published_32": np.zeros((N - 1, 1, 8, 8), np.uint8)}, "those of the end"),
    "shape": ({"published_32": np.zeros((N, 3, 8, 8), np.uint8)}, "those of the end"),
    "raw": ({"raw_32": np.zeros((N, 1, 9, 9), np.uint8)}, "those of the end"),
    "floats": ({"published_32": np.zeros((N, 1, 8, 8))}, "must be uint8"),
    "NaN": ({"published_32": np.full((N, 1, 8, 8), np.nan)}, "the generator has diverged"),
    "kind": ({"average_32": np.zeros((N, 1, 8, 8), np.uint8)}, "'average_32', which is no snapsh"),
    "name": ({"published": np.zeros((N, 1, 8, 8), np.uint8)}, "'published', which is no snapshot"),
    "samples": ({"images": np.zeros((N, 1, 8, 8), np.uint8)}, "'images', which is no snapshot"),
}


@pytest.mark.parametrize("kind", BAD)
def test_snapshots_that_cannot_be_compared_with_the_end_are_refused(selecting, tmp_path, kind):
    snapshots, message = BAD[kind]
    with pytest.raises(ValueError, match=message):
        judged(selecting, noisy(selecting.train, 0), tmp_path, snapshots=snapshots)
    out = outputs(tmp_path)
    assert not any(path.exists() for path in (out.figures, out.cards, out.curve))


def test_snapshots_that_are_missing_or_torn_are_refused(selecting, tmp_path):
    samples, path = save(tmp_path / "x.npz", noisy(selecting.train, 0)), tmp_path / "snapshots.npz"
    for words in ("is missing: run the sample stage first", "not a whole npz"):
        with pytest.raises(ValueError, match=words):
            evaluate("name", selecting.settings, samples, path, selecting.data,
                     selecting.reference, outputs(tmp_path))  # fmt: skip
        path.write_bytes(b"PK")
