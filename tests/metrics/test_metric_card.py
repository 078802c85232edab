"""What a card says: figures over draws, the error of one draw, floors, and a schema for programs.

`PYTHONPATH=src:tests python tests/metrics/test_metric_card.py` writes the schema.
"""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from judged import card, drawn, judged
from real_digits import settings_of
from scipy import linalg

from reprogan.metrics.card import load_card, load_network
from reprogan.metrics.features import extract
from reprogan.metrics.frechet import distance_of, jackknifed
from reprogan.metrics.inception_score import inception_score
from reprogan.metrics.judging import name_of, rounded, stated
from reprogan.metrics.measures.fid import Fid
from reprogan.metrics.measures.inception_score import InceptionScore
from reprogan.metrics.measures.metric import Figure, Real
from reprogan.metrics.metric_card import MetricCard, short
from reprogan.metrics.moments import Moments
from reprogan.metrics.seen import Seen
from small import ROOT

SCHEMA = ROOT / "docs/metric_card.schema.json"


def schema():
    """As text."""
    return json.dumps(MetricCard.model_json_schema(), indent=2) + "\n"


# --- draws


def test_figures_are_means_over_draws_and_their_deviations(quick, tmp_path):
    """Each draw is worse than the one before, so none can be taken for another."""
    rng, draws = np.random.default_rng(0), []
    for deviation in (0, 20, 40):
        x = drawn(quick.train, 250, deviation) + rng.normal(0, deviation, (250, 1, 8, 8))
        draws.append(np.clip(np.rint(x), 0, 255).astype(np.uint8))
    found = judged(quick, np.concatenate(draws), tmp_path, draws=3)
    alone = [judged(quick, draw, tmp_path / "alone").final for draw in draws]
    assert (found.final.draws, found.final.n_fake) == (3, 250)
    assert found.final.figures.keys() == alone[0].figures.keys(), "names carry the size of a draw"
    for name, figure in found.final.figures.items():
        values = [one.figures[name].value for one in alone]
        assert list(figure.draws) == values
        assert figure.value == pytest.approx(np.mean(values), rel=1e-5)
        assert figure.std == pytest.approx(np.std(values, ddof=1), rel=1e-3)
        assert figure.std_of == "3 draws of 250 samples" and figure.n_fake == 250
    fids = found.final.find("fid").draws
    assert fids[0] < fids[1] < fids[2]
    together = sum((np.array(list(one.class_histogram.values())) for one in alone), start=0)
    assert list(found.final.class_histogram.values()) == together.tolist()
    flat = json.loads(found.out.figures.read_text())
    assert flat["fid_classifier_250_test_std"] == found.final.find("fid").std


def test_one_draw_tells_of_its_own_error_and_how_that_was_found(quick, tmp_path):
    found = judged(quick, drawn(quick.train, 250), tmp_path).final
    said = {figure.stem: figure.std_of for figure in found.figures.values()}
    assert said == {
        "fid": "jackknife of 10 groups",
        "inception_score": "spread over 10 splits / sqrt(10 - 1)",
        "classes_hit": "", "class_kl": "",
    }  # fmt: skip
    assert {f.stem for f in found.figures.values() if f.std is None} == {"classes_hit", "class_kl"}
    assert all(figure.draws == (figure.value,) for figure in found.figures.values())


def test_an_infinite_figure_has_neither_mean_nor_deviation():
    real = SimpleNamespace(splits={"test": range(7)})
    found = stated("class_kl", [Figure(v, 5, "test") for v in (1.0, None)], real)
    assert (found.value, found.std, found.draws, found.n_real) == (None, None, (1.0, None), 7)


# --- the error of one draw, against independent computations and against fresh draws


def frechet(x, m, s):
    """By the root of the product, as everybody else computes it."""
    n, t = x.mean(0), np.cov(x, rowvar=False)
    return (m - n) @ (m - n) + np.trace(s + t - 2 * linalg.sqrtm(s @ t).real)


def test_the_jackknife_is_the_textbook_s():
    """Efron and Stein 1981: root of (g - 1) / g times the sum of squares about their mean."""
    rng = np.random.default_rng(0)
    x, real = rng.standard_normal((403, 6)) * 2 + 0.5, rng.standard_normal((500, 6))
    groups = np.array_split(np.random.default_rng(9).permutation(403), 10)
    m, s = real.mean(0), np.cov(real, rowvar=False)
    without = [frechet(np.delete(x, group, axis=0), m, s) for group in groups]
    known = (9 / 10 * sum((value - np.mean(without)) ** 2 for value in without)) ** 0.5
    assert jackknifed(x, Moments.of(real), 10, seed=9) == pytest.approx(known, rel=1e-7)
    assert jackknifed(x, Moments.of(real), 10, seed=8) != pytest.approx(known, rel=1e-3)


@pytest.mark.parametrize(("gap", "factor"), [(0.5, 1.0), (0.0, 2**0.5)])
def test_the_jackknife_tells_the_spread_of_fresh_draws(gap, factor):
    """Of equal Gaussians it tells too much, never too little: the distance is then quadratic."""
    rng, dims = np.random.default_rng(0), 8
    real = Moments.of(rng.standard_normal((5000, dims)))
    draws = [rng.standard_normal((500, dims)) + gap for _ in range(300)]
    spread = np.std([distance_of(Moments.of(x), real) for x in draws], ddof=1)
    told = np.sqrt(np.mean([jackknifed(x, real, 10, seed=0) ** 2 for x in draws]))
    assert told / spread == pytest.approx(factor, rel=0.1)  # 300 draws tell it to 4 %


def test_images_in_the_order_of_their_classes_do_not_make_the_error_larger():
    rng = np.random.default_rng(0)
    x = (4 * np.eye(10)[:, None] + rng.standard_normal((10, 60, 10))).reshape(600, 10)
    real = Moments.of(rng.permutation(x) + 0.1)
    sorted_, mixed = (jackknifed(rows, real, 10, seed=0) for rows in (x, rng.permutation(x)))
    assert 0.5 < sorted_ / mixed < 2
    groups = [np.delete(x, range(i, i + 60), axis=0) for i in range(0, 600, 60)]
    naive = 3 * np.std([distance_of(Moments.of(rows), real) for rows in groups])
    assert naive > 5 * mixed, "what groups of one class each would say"


def test_few_images_tell_no_error():
    x = np.random.default_rng(0).standard_normal((29, 2))
    assert jackknifed(x, Moments.of(x), 10, seed=0) is None
    assert jackknifed(np.concatenate([x, x[:1]]), Moments.of(x), 10, seed=0) is not None


def test_the_error_of_a_score_is_the_spread_of_fresh_draws():
    rng, k = np.random.default_rng(0), 5
    real = SimpleNamespace(seed=0)
    figures = []
    for _ in range(400):
        logits = rng.standard_normal((1000, k)) * 2
        seen = Seen(logits, logits, np.zeros(1000, np.int64))
        figures.append(InceptionScore(splits=10).of(seen, real)["inception_score"])
    spread = np.std([figure.value for figure in figures], ddof=1)
    told = np.sqrt(np.mean([figure.error**2 for figure in figures]))
    assert 0.9 < told / spread < 1.1  # 400 draws tell their spread to 3.5 %
    mean, deviation = inception_score(logits, 10, 0)
    assert figures[-1].value == mean
    assert figures[-1].error == pytest.approx(deviation / 3, rel=1e-12)  # its divisor is 10, not 9
    one = InceptionScore(splits=1).of(seen, real)["inception_score"]
    assert one.error is None


# --- names and floors


@pytest.mark.parametrize(
    ("n", "told"), [(5000, "5k"), (1000, "1k"), (359, "359"), (1500, "1500"), (50_000, "50k")]
)
def test_names_carry_extractor_number_and_split(n, told):
    assert short(n) == told
    assert name_of("fid", "classifier", Figure(1.0, n, "test")) == f"fid_classifier_{told}_test"
    assert name_of("is", "inception", Figure(1.0, n)) == f"is_inception_{told}"


def test_a_number_that_is_none_is_refused_and_others_have_six_digits():
    assert rounded(123.4567891) == 123.457 and rounded(1.23456789e-9) == 1.23457e-9
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite number"):
            rounded(value)


@pytest.mark.parametrize(
    ("split", "other"), [("test", "train"), ("train", "test"), ("validation", "train")]
)
def test_the_floor_is_of_as_many_real_images_that_are_not_compared_with(selecting, split, other):
    network = load_network(selecting.reference, load_card(selecting.reference))
    splits = {}
    for name in ("train", "validation", "test"):
        images = getattr(selecting, name)
        found = extract(network, images.images)
        splits[name] = Seen(found.features, found.logits, images.labels)
    real = Real(splits, split, selecting.train.classes, seed=0)

    def floor(n):
        return Fid().reading(real, n)["fid_floor"]

    x, y = (splits[name].features.astype(np.float64) for name in (other, split))
    m, s = y.mean(0), np.cov(y, rowvar=False)
    assert floor(5000) == pytest.approx(frechet(x, m, s), rel=1e-7)
    rows = np.sort(np.random.default_rng(0).permutation(len(x))[:100])
    assert floor(100) == pytest.approx(frechet(x[rows], m, s), rel=1e-7)
    assert floor(30) > floor(100) > floor(5000) > 0
    constant = Fid().reading(real, 30)["fid_constant"]
    assert constant == pytest.approx(np.trace(s), rel=1e-12)


def test_a_subset_is_drawn_by_the_seed_and_never_the_first():
    seen = Seen(np.arange(50.0, dtype=np.float32)[:, None], None, np.arange(50))
    few, again, other = (seen.at_most(20, seed) for seed in (0, 0, 1))
    assert np.array_equal(few.labels, again.labels) and not np.array_equal(few.labels, other.labels)
    assert len(np.unique(few.labels)) == 20 and few.labels.max() > 20
    assert np.array_equal(few.features[:, 0], few.labels) and seen.at_most(50, 0) is seen


# --- files


def test_a_card_is_read_back_as_it_was_written(quick, tmp_path):
    found = judged(quick, drawn(quick.train, 120), tmp_path).final
    found.save(tmp_path / "again.json")
    again = MetricCard.load(tmp_path / "again.json", "evaluate")
    assert again == found
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "cards/final.json").read_bytes()


def test_a_card_without_a_fid_says_so(tmp_path):
    none = card(1.0).model_copy(update={"figures": {}})
    with pytest.raises(ValueError, match="the card of it has no FID: run `evaluate it` again"):
        _ = none.fid
    assert none.value("fid") is None and none.find("fid") is None


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"version": 2}, "version"),
        ({"checkpoint": "last"}, "checkpoint"),
        ({"n_fake": "5000"}, "n_fake"),
        ({"made": {"sha256": "c", "imges": 3}}, "made.*'imges'.*mean 'images'"),
        ({"figures": {"fid": {}}}, r"figures\.fid"),
        ({"extra": 1}, "unknown key 'extra'"),
    ],
)
def test_what_is_no_card_is_refused_with_the_place(tmp_path, change, where):
    raw = {**card(1.0).model_dump(mode="json"), **change}
    (tmp_path / "a.json").write_text(json.dumps(raw))
    with pytest.raises(ValueError, match=rf"no metric card \(.*{where}.*run `evaluate a` again"):
        MetricCard.load(tmp_path / "a.json", "evaluate a")


def test_the_schema_in_docs_is_that_of_the_cards_that_are_written():
    assert SCHEMA.read_text("utf-8") == schema()


def test_every_committed_card_is_one():
    """Those of runs, and those of studies, where a trial that diverged has none."""
    places = (*ROOT.glob("metrics/cards/*/*.json"), *ROOT.glob("studies/*/metrics/cards/*.json"))
    for path in places:
        if "failed" not in json.loads(path.read_text("utf-8")):
            assert MetricCard.load(path, "evaluate").fid > 0


def test_settings_of_metrics_are_all_in_the_card(quick, tmp_path):
    settings = settings_of(
        quick.settings.extractor.model_dump(), metrics={"fid": {}, "inception_score": {"splits": 3}}
    )
    found = judged(quick, drawn(quick.train, 120), tmp_path, settings).final
    assert found.metrics == {"fid": {}, "inception_score": {"splits": 3}}
    assert found.find("inception_score").std_of == "spread over 3 splits / sqrt(3 - 1)"


if __name__ == "__main__":
    SCHEMA.write_text(schema(), "utf-8")
