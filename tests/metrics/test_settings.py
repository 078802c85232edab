"""The section `evaluate`: what it refuses, with the valid names; a misspelt option is never taken."""

import pytest
from pydantic import ValidationError
from real_digits import METRICS, settings_of

from reprogan.component import ConfigError
from reprogan.config import parse
from reprogan.metrics.measures import METRICS as TABLE
from reprogan.metrics.settings import Evaluate
from reprogan.reading import read
from small import ROOT

FAULTS = [
    ({"metrics": {"fid": {}, "incepton_score": {}}}, ["unknown name 'incepton_score'", "valid: fid", "mean 'inception_score'"]),
    ({"metrics": {"fid": {}, "inception_score": {"split": 5}}}, ["unknown key 'split'", "valid: splits", "mean 'splits'"]),
    ({"metrics": {"fid": {"groups": 5}}}, ["unknown key 'groups'"]),
    ({"metrics": {"fid": None}}, ["fid must be a mapping"]),
    ({"metrics": {"fid": {}, "inception_score": {"splits": 0}}}, ["splits", "greater than or equal to 1"]),
    ({"metrics": {"fid": {}, "inception_score": {"splits": "10"}}}, ["splits", "valid integer"]),
    ({"metrics": {"inception_score": {}}}, ["fid must be among them"]),
    ({"metrics": {}}, ["fid must be among them"]),
    ({"splits": 10}, ["unknown key 'splits'", "valid: extractor, metrics, split, select, seed"]),
    ({"split": "val"}, ["'train', 'validation' or 'test'"]),
    ({"select": "val"}, ["'train', 'validation' or 'test'"]),
    ({"select": "test"}, ["select must be another split than the one reported against", "both are 'test'"]),
    ({"split": "validation"}, ["select must be another split", "both are 'validation'"]),
    ({"split": "train", "select": "train"}, ["select must be another split", "both are 'train'"]),
    ({"seed": -1}, ["seed"]),
    ({"seed": True}, ["seed"]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), FAULTS, ids=[str(change) for change, _ in FAULTS])
def test_what_means_nothing_is_refused_and_what_is_meant_named(change, words):
    with pytest.raises(ValidationError) as caught:
        settings_of({"name": "classifier"}, **change)
    assert all(word in str(caught.value) for word in words), caught.value


def test_in_params_yaml_the_place_is_named(tmp_path):
    raw = read(ROOT / "params.yaml")
    raw["evaluate"]["metrics"]["fid"] = {"spilts": 3}
    with pytest.raises(ConfigError, match=r"evaluate\.metrics.*unknown key 'spilts'"):
        parse(raw, ROOT / "params.yaml")


def test_metrics_are_in_the_order_of_their_table_and_the_section_is_written_as_it_was():
    backwards = dict(reversed(METRICS.items()))
    settings = settings_of({"name": "classifier"}, metrics=backwards)
    names = [metric.name for metric in settings.metrics]
    assert names == [name for name in TABLE if name in METRICS] and names[0] == "fid"
    assert settings == settings_of({"name": "classifier"})
    assert Evaluate.model_validate(settings.dump()) == settings
    assert settings.dump()["metrics"] == METRICS


@pytest.mark.parametrize(("split", "select"), [("test", "train"), ("validation", "train")])
def test_any_two_splits_go_together(split, select):
    settings = settings_of({"name": "classifier"}, split=split, select=select)
    assert (settings.split, settings.select) == (split, select)
