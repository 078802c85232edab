import csv

import numpy as np
import pytest
from judged import card
from PIL import Image

from reprogan.metrics.ranking import ranked
from reprogan.stages.leaderboard import leaderboard

INTAKE = {"channels": 1, "size": 28, "resizer": "none", "low": -1.0, "high": 1.0}
PROTOCOL = {
    "n_real": "360", "n_fake": "5000", "split": "test", "seed": "0", "draws": "1",
    "extractor": '{"name": "classifier"}', "extractor_sha256": "a" * 64,
    "extractor_test_accuracy": "0.99", "real_sha256": "b" * 64,
    "metrics": '{"fid": {}, "inception_score": {"splits": 10}, "classes": {}}',
}  # fmt: skip


class Board:
    """A repository's metrics and samples."""

    def __init__(self, root, rows, best=None):
        self.metrics, self.samples, self.names = root / "metrics", root / "samples", list(rows)
        self.csv, self.reports = self.metrics / "leaderboard.csv", root / "reports"
        (self.metrics / "history").mkdir(parents=True)
        self.samples.mkdir()
        for name, one in (best or {}).items():
            one.save(self.metrics / "cards" / name / "best.json")
        for i, (name, one) in enumerate(rows.items()):
            one.save(self.metrics / "cards" / name / "final.json")
            history = "step,images,critic_adversarial,critic_gap,generator_adversarial"
            (self.metrics / "history" / f"{name}.csv").write_text(
                f"{history}\n1,8,1,2,\n2,16,3,4,5\n"
            )
            images = np.full((30, 1, 8, 8), 10 * i, np.uint8)
            np.savez(self.samples / f"{name}.npz", images=images)

    def make(self, names=None):
        names = self.names if names is None else names
        leaderboard(names, self.metrics, self.samples, self.csv, self.reports)
        return self

    @property
    def rows(self):
        with self.csv.open(newline="") as file:
            return list(csv.DictReader(file))

    @property
    def markdown(self):
        return (self.reports / "leaderboard.md").read_text("utf-8")

    def outputs(self):
        files = [self.csv, *sorted(self.reports.iterdir())]
        return {path.name: path.read_bytes() for path in files}


def test_the_best_comes_first_and_every_field_of_the_protocol_is_a_column(tmp_path):
    board = Board(tmp_path, {"a": card(9.5), "b": card(10.25), "c": card(2.0)}).make()
    assert [r["variant"] for r in board.rows] == ["c", "a", "b"]
    assert [r["rank"] for r in board.rows] == ["1", "2", "3"]
    assert [float(r["fid_classifier_5k_test"]) for r in board.rows] == [2.0, 9.5, 10.25]
    for key, value in PROTOCOL.items():
        assert {r[key] for r in board.rows} == {value}, key
    figures = {"inception_score_classifier_5k": "8.5", "classes_hit_classifier_5k_test": "10.0"}
    assert figures.items() <= board.rows[0].items()
    assert "class_histogram" not in board.rows[0] and board.rows[0]["fid_floor"] == "0.6"


def test_ties_share_a_rank_and_go_by_name(tmp_path):
    fids = {"zeta": 5.0, "alpha": 5.0, "best": 1.0, "last": 7.0}
    board = Board(tmp_path, {name: card(fid) for name, fid in fids.items()}).make()
    found = [(r["variant"], r["rank"]) for r in board.rows]
    assert found == [("best", "1"), ("alpha", "2"), ("zeta", "2"), ("last", "4")]


CHANGES = [
    {"n_fake": 1000},
    {"n_real": 1437},
    {"split": "train"},
    {"metrics": {"fid": {}, "inception_score": {"splits": 5}, "classes": {}}},
    {"metrics": {"fid": {}}},
    {"seed": 1},
    {"extractor_sha256": "c" * 64},
    {"real_sha256": "c" * 64},
    {"extractor": {"name": "random_features"}},
    {"intake": INTAKE},
]


@pytest.mark.parametrize("change", CHANGES, ids=[next(iter(change)) for change in CHANGES])
def test_unlike_protocols_are_never_ranked_together(tmp_path, change):
    rows = {"a": card(9.0), "better_but_other": card(1.0, **change), "b": card(3.0)}
    board = Board(tmp_path, rows).make()
    found = [(r["group"], r["rank"], r["variant"]) for r in board.rows]
    assert found == [("1", "1", "b"), ("1", "2", "a"), ("2", "1", "better_but_other")]
    assert "2 different protocols" in board.markdown
    assert board.markdown.count("| rank |") == 2


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"extractor": {"name": "random_features"}}, "fid_random_features_5k_test"),
        ({"n_fake": 1000}, "fid_classifier_1k_test"),
        ({"n_fake": 1234}, "fid_classifier_1234_test"),
        ({"split": "train"}, "fid_classifier_5k_train"),
    ],
)
def test_no_column_holds_figures_of_two_protocols(tmp_path, change, name):
    """Nor do `dvc metrics diff` and MLflow: it is the name of the figure itself."""
    board = Board(tmp_path, {"a": card(9.0), "other": card(1.0, **change)}).make()
    mine, other = sorted(board.rows, key=lambda row: row["variant"])
    assert (mine["fid_classifier_5k_test"], mine[name]) == ("9.0", "")
    assert (other["fid_classifier_5k_test"], other[name]) == ("", "1.0")


def test_one_protocol_is_not_called_several(tmp_path):
    markdown = Board(tmp_path, {"a": card(9.0), "b": card(3.0)}).make().markdown
    assert "different protocols" not in markdown
    assert "5,000 samples" in markdown and "360 real images of `test`" in markdown
    assert "test accuracy 99.00%" in markdown and "aaaaaaaaaaaa" in markdown


@pytest.mark.parametrize(
    ("figures", "note"),
    [
        (card(5.0), ""),
        (card(5.0, hit=5), ""),
        (card(5.0, hit=4), "collapsed"),
        (card(59.9), ""),
        (card(60.0), "no better than a constant"),
        (card(99.0, hit=1), "collapsed, no better than a constant"),
        (card(99.0, extractor={"name": "random_features"}), "no better than a constant"),
        (card(5.0, warning="few samples"), "few samples"),
    ],
)
def test_what_a_rank_hides_is_said_by_a_stated_rule(tmp_path, figures, note):
    board = Board(tmp_path, {"a": figures}).make()
    assert board.rows[0]["note"] == note
    assert f"| {note} |" in board.markdown
    assert "less than 50% of the classes" in board.markdown


def test_an_infinite_divergence_is_shown(tmp_path):
    board = Board(tmp_path, {"a": card(5.0, kl=None)}).make()
    assert "∞" in board.markdown and board.rows[0]["class_kl_classifier_5k_test"] == ""


def test_a_deviation_is_shown_beside_its_figure_and_what_it_is_of(tmp_path):
    board = Board(tmp_path, {"a": card(5.25, std=0.123, draws=3), "b": card(6.0, draws=3)}).make()
    assert "| 5.25 ± 0.12 |" in board.markdown and "| 6 |" in board.markdown
    assert "FID of 3 draws of 5,000 samples, mean ± deviation, from" in board.markdown
    assert [r["fid_classifier_5k_test_std"] for r in board.rows] == ["0.123", ""]


def test_the_best_checkpoint_has_a_column_of_its_own_and_ranks_nobody(tmp_path):
    made = {"sha256": "c" * 64, "images": 64000}
    best = {"a": card(2.0, checkpoint="best", selected_by="validation", made=made)}
    board = Board(tmp_path, {"a": card(5.0), "b": card(3.0)}, best).make()
    assert [(r["variant"], r["rank"]) for r in board.rows] == [("b", "1"), ("a", "2")]
    assert board.rows[1]["fid_classifier_5k_test"] == "5.0"
    assert board.rows[1]["best_fid_classifier_5k_test"] == "2.0"
    assert board.rows[1]["best_images"] == "64000"
    assert board.rows[0]["best_fid_classifier_5k_test"] == board.rows[0]["best_images"] == ""
    assert "| rank | variant | FID | best FID |" in board.markdown
    assert "| 5 | 2 at 64,000 |" in board.markdown and "| 3 | – |" in board.markdown
    assert "best FID" not in Board(tmp_path / "none", {"a": card(5.0)}).make().markdown


def test_twice_gives_the_same_bytes_whatever_the_order_of_the_names(tmp_path):
    board = Board(
        tmp_path, {name: card(fid) for name, fid in zip("cab", (3.0, 1.0, 3.0), strict=True)}
    )
    first = board.make().outputs()
    assert set(first) == {
        "leaderboard.csv",
        "curves.png",
        "leaderboard.md",
        "leaderboard.png",
        "samples.png",
    }
    assert board.make(["a", "b", "c"]).outputs() == first
    assert b"Software" not in first["leaderboard.png"]


def test_the_sheet_shows_every_variant_and_bars_start_at_zero(tmp_path):
    board = Board(tmp_path, {f"variant_{i}": card(1.0 + i) for i in range(9)}).make()
    with Image.open(board.reports / "samples.png") as sheet:
        shades = {shade for _, shade in sheet.convert("L").getcolors()}
        assert {10 * i for i in range(9)} <= shades
        assert sheet.width <= 1600


def test_bars_have_the_length_of_their_figures():
    from matplotlib.figure import Figure

    from reprogan.metrics.chart import draw

    (group,) = ranked({"a": card(2.0), "b": card(4.0), "worse_than_nothing": card(500.0)})
    axis = Figure().subplots()
    draw(axis, group)
    widths = [bar.get_width() for bar in axis.patches]
    assert axis.get_xlim()[0] == 0 and all(bar.get_x() == 0 for bar in axis.patches)
    assert widths[:2] == [2.0, 4.0] and 60 < widths[2] == axis.get_xlim()[1]
    assert "500" in [text.get_text().strip() for text in axis.texts]


def test_a_variant_that_was_not_evaluated_is_named(tmp_path):
    board = Board(tmp_path, {"a": card(1.0)})
    with pytest.raises(
        ValueError, match=r"missing_one/final\.json is missing: run `evaluate missing_one`"
    ):
        board.make(["a", "missing_one"])
    assert not board.csv.exists() and not board.reports.exists()


def test_a_variant_that_was_removed_is_left_out(tmp_path):
    board = Board(tmp_path, {"a": card(1.0), "removed": card(2.0)}).make(["a"])
    assert [r["variant"] for r in board.rows] == ["a"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"extractor": "classifier"}'])
@pytest.mark.parametrize("which", ["final", "best"])
def test_cards_that_are_not_whole_are_refused(tmp_path, text, which):
    board = Board(tmp_path, {"a": card(1.0)})
    (board.metrics / "cards" / "a" / f"{which}.json").write_text(text)
    with pytest.raises(ValueError, match="run `evaluate a` again"):
        board.make()


def test_missing_samples_and_no_names_are_refused(tmp_path):
    board = Board(tmp_path, {"a": card(1.0)})
    with pytest.raises(ValueError, match="at least one variant"):
        board.make([])
    (board.samples / "a.npz").unlink()
    with pytest.raises(ValueError, match="run the sample stage first"):
        board.make()
