"""What the committed figures claim; `dvc repro` computes them again."""

import csv
import json

import pytest

from reprogan.config import EXPERIMENT
from small import ROOT, params

BETTER_THAN_COLLAPSED, BETTER_THAN_UNTRAINED = 4, 10
"""How many times lower than theirs the FID of every variant is."""


def figures(name):
    return json.loads((ROOT / f"metrics/eval/{name}.json").read_text("utf-8"))


TRAINED = [EXPERIMENT, *(name for name, row in params().variants.items() if row.images != 0)]


@pytest.mark.parametrize("name", TRAINED)
def test_every_variant_beats_a_collapsed_and_an_untrained_generator(name):
    """Collapsed: the best constant image, in the mean of the real features. Untrained: as drawn."""
    mine = figures(name)
    assert BETTER_THAN_COLLAPSED * mine["fid_classifier"] < mine["fid_constant"]
    assert BETTER_THAN_UNTRAINED * mine["fid_classifier"] < figures("untrained")["fid_classifier"]
    assert mine["classes_hit"] >= 0.9 * mine["classes"]


def test_the_readme_states_the_factors():
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert f"at least {BETTER_THAN_COLLAPSED} times lower than that of one constant image" in text
    assert f"{BETTER_THAN_UNTRAINED} times lower than that of untrained networks" in text


def test_the_leaderboard_has_every_variant():
    with (ROOT / "metrics/leaderboard.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["variant"]: row for row in csv.DictReader(file)}
    assert rows.keys() == {EXPERIMENT, *params().variants}
    for name, row in rows.items():
        assert float(row["fid_classifier"]) == pytest.approx(
            figures(name)["fid_classifier"], rel=1e-5
        )


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
