"""What the committed figures claim; `dvc repro` computes them again."""

import csv
import json

import pytest

from reprogan.config import EXPERIMENT
from reprogan.metrics.metric_card import MetricCard
from reprogan.provenance import load
from reprogan.results import stages_of
from small import ROOT, params

BETTER_THAN_COLLAPSED, BETTER_THAN_UNTRAINED = 4, 10
"""How many times lower than theirs the FID of every variant is."""


def card(name, which="final"):
    return MetricCard.load(ROOT / f"metrics/cards/{name}/{which}.json", f"evaluate {name}")


TRAINED = [EXPERIMENT, *(name for name, row in params().variants.items() if row.images != 0)]


@pytest.mark.parametrize("name", TRAINED)
def test_every_variant_beats_a_collapsed_and_an_untrained_generator(name):
    """Collapsed: the best constant image, in the mean of the real features. Untrained: as drawn."""
    mine = card(name)
    assert BETTER_THAN_COLLAPSED * mine.fid < mine.reading["fid_constant"]
    assert BETTER_THAN_UNTRAINED * mine.fid < card("untrained").fid
    assert mine.value("classes_hit") >= 0.9 * mine.reading["classes"]


@pytest.mark.parametrize("name", [EXPERIMENT, *params().variants])
def test_figures_were_made_as_params_yaml_says(name):
    mine, settings, sample = card(name), params().evaluate, params().sample
    assert (mine.n_fake, mine.draws) == (sample.images, sample.draws)
    assert (mine.split, mine.seed) == (settings.split, settings.seed)
    assert mine.metrics.keys() == settings.dump()["metrics"].keys()
    assert (
        mine.made.images == params().train.steps(params().row(name).images) * params().train.batch
    )
    flat = json.loads((ROOT / f"metrics/eval/{name}.json").read_text("utf-8"))
    assert mine.flat.items() <= flat.items()


@pytest.mark.parametrize("name", TRAINED)
def test_the_best_checkpoint_is_no_other_than_the_curve_s(name):
    """The least of the curve, which is of the images of selection; the first of equal ones."""
    best = card(name, "best")
    with (ROOT / f"metrics/curves/{name}.csv").open(newline="", encoding="utf-8") as file:
        curve = [(float(row["fid"]), int(row["images"])) for row in csv.DictReader(file)]
    assert best.made.images == min(curve)[1] and curve[-1][1] == card(name).made.images
    assert best.split == params().evaluate.split != params().evaluate.select
    assert f"images of {params().evaluate.select}" in best.selected_by


COMPUTE = ("reference", "train", "sample", "evaluate", "represent")
LOCKED = stages_of(ROOT / "dvc.lock")


@pytest.mark.parametrize("stage", [s for s in LOCKED if s.split("_")[0].split("@")[0] in COMPUTE])
def test_every_result_says_where_it_was_computed(stage):
    """In git, with the hashes of dvc.lock, and by the packages of the lock."""
    kind, _, row = stage.replace("_variant", "").partition("@")
    record = load(
        ROOT / f"provenance/{kind}/{row or ('experiment', kind)[kind == 'reference']}.json"
    )
    entry = LOCKED[stage]
    assert record["outputs"] == {out["path"]: out["md5"] for out in entry["outs"]}
    deps = {dep["path"]: dep["md5"] for dep in entry["deps"]}
    assert record["inputs"] and record["inputs"].items() <= deps.items()
    assert record["drift"] == {} and record["device"] == "cpu" and record["threads"] == 1


def test_the_readme_states_the_factors():
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"at least {BETTER_THAN_COLLAPSED} times lower than that of one constant image" in text
    assert f"{BETTER_THAN_UNTRAINED} times lower than that of untrained networks" in text


def test_the_leaderboard_has_every_variant():
    with (ROOT / "metrics/leaderboard.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["variant"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {EXPERIMENT, *params().variants}
    for name, row in rows.items():
        assert float(row[card(name).figure_name("fid")]) == card(name).fid


def test_a_semi_supervised_critic_classifies_better_than_its_labels_alone_would():
    """With 100 labels at hand; and an SVM on either critic's layers beats one on pixels."""
    represented = {
        name: json.loads((ROOT / f"metrics/represent/{name}.json").read_text("utf-8"))
        for name in params().represent.variants
    }
    assert represented["semi_supervised"]["class_head_test_error"] < 0.1
    assert "class_head_test_error" not in represented["dcgan"]
    for figures_of_it in represented.values():
        critic, pixels = (
            figures_of_it[f"l2svm_accuracy_{what}"] for what in ("critic_conv_maxpool4", "pixels")
        )
        assert critic > pixels
