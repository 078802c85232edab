"""The summary of a study: its arithmetic against numpy, and failures that are counted, not hidden."""

import csv
import json

import numpy as np
import pytest
from judged import card
from PIL import Image
from test_leaderboard import CHANGES

from reprogan.stages.summary import summary
from reprogan.study.outcome import Outcome
from reprogan.study.summary import Spread, summarized

FAILED, LATER = ({"failed": f"diverged at step {step}"} for step in (7, 9))
FAILURES = (FAILED, LATER)


class Study:
    """A study's metrics and samples: {name: [figures of a seed, ...]}."""

    def __init__(self, root, rows, size=8):
        self.cards, self.samples, self.reports = root / "cards", root / "samples", root / "reports"
        self.names, self.seeds = list(rows), list(range(len(next(iter(rows.values())))))
        self.cards.mkdir()
        self.samples.mkdir()
        for i, (name, trials) in enumerate(rows.items()):
            for seed, found in zip(self.seeds, trials, strict=True):
                text = json.dumps(found) if found in FAILURES else found.model_dump_json()
                (self.cards / f"{name}-{seed}.json").write_text(text)
                images = np.full((20, 1, size, size), 10 * (i + 1) + seed, np.uint8)
                images = images[:0, :, :1, :1] if found in FAILURES else images
                np.savez(self.samples / f"{name}-{seed}.npz", images=images)

    def make(self, names=None):
        names = self.names if names is None else names
        summary("Seeds: digits", names, self.seeds, self.cards, self.samples, self.reports)
        return self

    @property
    def rows(self):
        with (self.reports / "summary.csv").open(newline="") as file:
            return {line["variant"]: line for line in csv.DictReader(file)}

    @property
    def lines(self):
        """The cells of the table in Markdown, by variant."""
        text = (self.reports / "summary.md").read_text("utf-8").splitlines()
        cells = [[cell.strip() for cell in t.strip("|").split("|")] for t in text if t[:3] == "| `"]
        return {cells[0].strip("`"): cells[1:] for cells in cells}


def test_mean_and_sample_deviation_are_numpy_s(tmp_path):
    fids, scores, kls = [9.5, 10.25, 14.0], [6.0, 7.5, 6.5], [0.25, 0.5, 0.125]
    trials = [
        card(fid, hit=hit, score=score, kl=kl)
        for fid, score, kl, hit in zip(fids, scores, kls, (10, 8, 9), strict=True)
    ]
    study = Study(tmp_path, {"a": trials}).make()
    found = study.rows["a"]
    assert float(found["fid_mean"]) == pytest.approx(np.mean(fids), rel=1e-5)
    assert float(found["fid_sd"]) == pytest.approx(np.std(fids, ddof=1), rel=1e-5)
    assert float(found["inception_score_mean"]) == pytest.approx(np.mean(scores), rel=1e-5)
    assert float(found["inception_score_sd"]) == pytest.approx(np.std(scores, ddof=1), rel=1e-5)
    assert float(found["class_kl_mean"]) == pytest.approx(np.mean(kls), rel=1e-5)
    assert (found["classes_hit_min"], found["classes"]) == ("8.0", "10.0")
    assert (found["seeds"], found["failed"], found["note"]) == ("3", "0", "")
    assert found["fid_by_seed"] == "0:9.5 1:10.25 2:14.0"
    # by hand: 33.75 / 3, and the root of (1.75^2 + 1^2 + 2.75^2) / 2
    assert study.lines["a"][0] == "11.25 ± 2.4"


def test_one_value_has_no_spread_and_none_has_nothing():
    assert Spread.of([3.0]) == Spread(3.0, None) and Spread.of([]) is None
    assert Spread.of([1.0, 3.0]) == Spread(2.0, 2**0.5)


def test_failures_are_counted_and_leave_the_others_figures_alone(tmp_path):
    study = Study(
        tmp_path,
        {
            "whole": [card(20.0), card(22.0), card(24.0)],
            "half": [card(5.0), FAILED, card(7.0)],
            "lost": [FAILED, LATER, FAILED],
        },
    ).make()
    rows, lines = study.rows, study.lines
    assert list(rows) == ["half", "whole", "lost"]
    assert float(rows["half"]["fid_mean"]) == 6.0 and rows["half"]["failed"] == "1"
    assert rows["half"]["note"] == "1 of 3 diverged at step 7"
    assert lines["half"][:2] == ["6 ± 1.4", "5, –, 7"]
    assert rows["lost"]["fid_mean"] == "" and rows["lost"]["failed"] == "3"
    assert rows["lost"]["note"] == "2 of 3 diverged at step 7; 1 of 3 diverged at step 9"
    assert lines["lost"][:5] == ["–", "–, –, –", "–", "–", "–"]


def test_a_study_of_failures_only_is_told_too(tmp_path):
    study = Study(tmp_path, {"a": [FAILED, FAILED]}).make()
    assert "No trial has ended" in (study.reports / "summary.md").read_text("utf-8")
    assert "2 of 2 diverged at step 7" in study.lines["a"][-1]


def test_verdicts_are_the_leaderboard_s_and_counted(tmp_path):
    trials = [card(5.0), card(99.0, hit=1), card(60.0, hit=4)]
    study = Study(tmp_path, {"a": trials, "warned": [card(1.0, warning="few")] * 3}).make()
    assert study.rows["a"]["note"] == "2 of 3 collapsed; 2 of 3 no better than a constant"
    assert study.rows["a"]["classes_hit_min"] == "1.0" and study.lines["a"][3] == "1 of 10"
    assert study.rows["warned"]["note"] == "few"


def test_an_infinite_divergence_is_shown(tmp_path):
    study = Study(tmp_path, {"a": [card(5.0), card(6.0, kl=None)]}).make()
    assert study.lines["a"][4] == "∞" and study.rows["a"]["class_kl_mean"] == "inf"


def test_without_classes_there_is_none_to_hit(tmp_path):
    study = Study(
        tmp_path, {"a": [card(5.0, extractor={"name": "random_features"}), FAILED]}
    ).make()
    assert study.lines["a"] == ["5", "5, –", "–", "–", "1 of 2 diverged at step 7"]
    assert "| FID of seeds 0, 1 | classes |" in (study.reports / "summary.md").read_text("utf-8")


def test_the_protocol_is_stated(tmp_path):
    text = (
        Study(tmp_path, {"a": [card(5.0), card(6.0)]}).make().reports / "summary.md"
    ).read_text()
    for word in ("# Seeds: digits", "`classifier`", "5,000 samples", "360 real images of `test`",
                 "0.6 from", "60 or more", "Seeds 0, 1; the final checkpoint", "FID of seeds 0, 1"):  # fmt: skip
        assert word in text, word


@pytest.mark.parametrize("change", CHANGES, ids=[next(iter(change)) for change in CHANGES])
def test_no_two_protocols_are_summarized_together(tmp_path, change):
    study = Study(tmp_path, {"a": [card(5.0)], "b": [card(6.0, **change)]})
    with pytest.raises(ValueError, match=f"a-0 and b-0 do not compare: {next(iter(change))} is"):
        study.make()


def test_unlike_protocols_are_refused_before_anything_is_written(tmp_path):
    study = Study(tmp_path, {"a": [card(5.0), card(6.0)], "b": [card(5.0), card(6.0, n_fake=100)]})
    with pytest.raises(ValueError, match=r"b-0 and b-1 do not compare: n_fake is 5000 and 100"):
        study.make()
    assert not study.reports.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"extractor": "classifier"}'])
def test_cards_that_are_not_whole_are_refused(tmp_path, text):
    study = Study(tmp_path, {"a": [card(5.0), card(6.0)]})
    (study.cards / "a-1.json").write_text(text)
    with pytest.raises(ValueError, match=r"a-1.json is no metric card .*run `judge` again"):
        study.make()
    (study.cards / "a-1.json").unlink()
    with pytest.raises(ValueError, match=r"a-1.json is missing: run `judge` first"):
        study.make()
    assert not study.reports.exists()


def test_missing_samples_and_no_names_are_refused(tmp_path):
    study = Study(tmp_path, {"a": [card(5.0)]})
    with pytest.raises(ValueError, match="at least one row"):
        study.make([])
    (study.samples / "a-0.npz").unlink()
    with pytest.raises(ValueError, match=r"a-0.npz is missing"):
        study.make()
    assert not study.reports.exists()


def test_twice_gives_the_same_bytes_whatever_the_order_of_the_names(tmp_path):
    study = Study(
        tmp_path,
        {name: [card(fid), FAILED] for name, fid in zip("cab", (3.0, 1.0, 3.0), strict=True)},
    )
    first = {path.name: path.read_bytes() for path in study.make().reports.iterdir()}
    assert first.keys() == {"summary.csv", "summary.md", "seeds.png", "samples.png"}
    again = {path.name: path.read_bytes() for path in study.make(["a", "b", "c"]).reports.iterdir()}
    assert again == first and b"Software" not in first["seeds.png"]
    assert list(study.rows) == ["a", "b", "c"]


def test_the_sheet_has_a_row_of_images_for_each_seed_white_where_it_failed(tmp_path):
    study = Study(
        tmp_path, {"a": [card(5.0), FAILED, card(7.0)], "b": [FAILED] * 3}, size=16
    ).make()
    with Image.open(study.reports / "samples.png") as sheet:
        shades = np.asarray(sheet.convert("L"))
    area = {shade: (shades == shade).sum() for shade in (10, 11, 12)}
    row_of_images = 8 * 32 * 32
    assert min(area[10], area[12]) >= row_of_images and area[11] < 100  # of letters' edges
    above, below = (np.nonzero((shades == shade).sum(axis=1) > 100)[0] for shade in (10, 12))
    assert len(above) == len(below) == 32 < below.min() - above.max()


def test_points_are_where_their_figures_are():
    from matplotlib.figure import Figure

    from reprogan.study.chart import draw

    trials = [card(2.0), card(8.0)]
    outcomes = [Outcome(name="a", seed=i, card=trial) for i, trial in enumerate(trials)]
    outcomes.append(Outcome(name="a", seed=2, card=None, failed="diverged at step 7"))
    axis = Figure().subplots()
    draw(axis, summarized(outcomes))
    points, mean, floor, constant = (list(map(float, line.get_xdata())) for line in axis.lines)
    assert (points, mean, floor, constant) == ([2.0, 8.0], [5.0], [0.6, 0.6], [60.0, 60.0])
    assert axis.get_xscale() == "log"
    assert [text.get_text().strip() for text in axis.texts] == ["1 failed"]
