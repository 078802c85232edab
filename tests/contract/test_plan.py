"""The plan of a study: it changes for a stage when, and only when, what that stage depends on does."""

import json

import pytest

from reprogan import closure
from reprogan.component import ConfigError
from reprogan.config import parse
from reprogan.metrics.extractors.random_features import RandomFeatures
from reprogan.reading import overlay, read
from reprogan.stages import plan as module
from reprogan.stages.plan import STAGES, plan, settings_of, sha256_of
from reprogan.study.plan import Plan
from small import ROOT, ZOO, params


def test_a_change_of_code_is_seen_by_the_stages_that_can_load_it(monkeypatch, tmp_path):
    def hashes():
        return {stage: sha256_of(closure.code_of(stage)) for stage in STAGES}

    for name in set().union(*map(closure.code_of, STAGES)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    before = hashes()
    monkeypatch.setattr(module, "SRC", tmp_path / "src")
    assert hashes() == before
    for name, stages in {
        "trainer.py": {"trial"},
        "study/chart.py": {"summary"},
        "metrics/frechet.py": {"reference", "judge", "summary"},
        "stages/judge.py": {"judge"},
        "metrics/metric_card.py": {"reference", "judge", "summary"},
        "stages/normalize.py": {"normalize"},
        "files.py": set(STAGES),
    }.items():
        path = tmp_path / "src/reprogan" / name
        content = path.read_bytes()
        path.write_bytes(content + b"#")
        after = hashes()
        assert {stage for stage in STAGES if after[stage] != before[stage]} == stages, name
        path.write_bytes(content)


def test_a_study_without_classes_has_no_row_that_needs_them(tmp_path):
    """`beyond` too, which reading params.yaml lets pass, since `dvc repro` does not train it."""
    ring = overlay(read(ROOT / "params.yaml"), read(ROOT / "presets/ring8.yaml"))
    points = overlay(ring, {"data": {"name": "swiss_roll"}})
    told = points["variants"]["gan"] | {"game": {"name": "single", "conditional": True}}
    with pytest.raises(ConfigError, match="beyond.told cannot do without. Add: -S '~beyond.told'"):
        plan(parse(points | {"beyond": {"told": told}}, ROOT), tmp_path / "plan")
    plan(parse(points, ROOT), tmp_path / "plan")


def test_settings_are_seen_by_their_stages_only():
    def changed(**sections):
        other = params().model_copy(
            update={
                section: getattr(params(), section).model_copy(update=change)
                for section, change in sections.items()
            }
        )
        now, then = settings_of(params()), settings_of(other)
        return {stage for stage in now if now[stage] != then[stage]}

    assert changed(data={"resize": "box"}) == {"normalize"}
    assert changed(data={"name": "mnist"}) == {"download", "normalize", "summary"}
    assert changed(data={"validation_share": 0.3}) == {"normalize"}
    assert changed(evaluate={"split": "train"}) == {"judge"}
    assert changed(evaluate={"seed": 1}) == {"judge"}
    assert changed(evaluate={"metrics": params().evaluate.metrics[:1]}) == {"judge"}
    assert changed(evaluate={"extractor": RandomFeatures()}) == {"reference", "judge"}
    assert changed(data={"mirror": "http://127.0.0.1:1"}) == set()
    assert changed(train={"batch": 1}, sample={"images": 7}) == set()


def test_a_plan_is_a_row_resolved_whatever_the_seed_of_the_experiment():
    other = params().model_copy(update={"train": params().train.model_copy(update={"seed": 9})})
    for name in params().variants:
        one = Plan.of(params(), name)
        assert one.variant == params().variant(name) and one.text == Plan.of(other, name).text
        assert one.steps == params().train.steps(params().row(name).images)


@pytest.mark.parametrize("name", ZOO)
def test_a_plan_is_read_back_as_it_was_written(name, tmp_path):
    one = Plan.of(params(), next(iter(params().variants))).model_copy(update={"variant": ZOO[name]})
    (tmp_path / "one.json").write_text(one.text)
    assert Plan.load(tmp_path / "one.json") == one


@pytest.mark.parametrize("text", ["", "[]", "{}", None])
def test_a_plan_that_is_missing_or_torn(tmp_path, text):
    path = tmp_path / "gan.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=r"gan\.json is (missing|no plan): run the plan stage"):
        Plan.load(path)
    raw = json.loads(Plan.of(params(), "dcgan").text)
    raw["train"]["bach"] = 3
    path.write_text(json.dumps(raw))
    with pytest.raises(ValueError, match=r"no plan.*\n  train: unknown key 'bach'.*mean 'batch'"):
        Plan.load(path)
