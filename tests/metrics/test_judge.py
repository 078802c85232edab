"""The judge of a study: the cards that evaluate would write, and trials that have none."""

import gc
import json
import weakref

import numpy as np
import pytest
from judged import drawn, judged, save

from reprogan.metrics.metric_card import MetricCard
from reprogan.stages import judge as module
from reprogan.stages.judge import judge_all
from reprogan.study.outcome import load_outcome

MADE = {"images": 48, "train_seed": 1, "sample_seed": 0, "device": "cpu"}


def diverged(path):
    """What a trial leaves that did."""
    made = json.dumps({"failed": "diverged at step 3"})
    return save(path, np.empty((0, 1, 1, 1), np.uint8), made=made)


def judge(made, names, root):
    judge_all(names, made.settings, root / "samples", made.data, made.reference, root / "cards")


def test_cards_are_those_that_evaluate_writes(quick, tmp_path):
    trials = {"a-0": drawn(quick.train, 200, 1), "a-1": drawn(quick.train, 200, 2)}
    more = {"made": json.dumps(MADE), "draws": 2, "labels": np.arange(200) % 10}
    for name, images in trials.items():
        save(tmp_path / "samples" / f"{name}.npz", images, **more)
    diverged(tmp_path / "samples" / "b-0.npz")
    judge(quick, [*trials, "b-0"], tmp_path)
    assert {path.stem for path in (tmp_path / "cards").iterdir()} == {*trials, "b-0"}
    for name, images in trials.items():
        mine = MetricCard.load(tmp_path / "cards" / f"{name}.json", "judge")
        alone = judged(quick, images, tmp_path / "alone", **more).final
        assert mine == alone.model_copy(update={"name": name})
        assert mine.made.train_seed == 1 and mine.draws == 2
    first = {path.name: path.read_bytes() for path in (tmp_path / "cards").iterdir()}
    judge(quick, [*reversed(trials), "b-0"], tmp_path)
    assert {p.name: p.read_bytes() for p in (tmp_path / "cards").iterdir()} == first


def test_a_trial_that_diverged_has_no_card_and_says_why(quick, tmp_path):
    diverged(tmp_path / "samples" / "b-0.npz")
    judge(quick, ["b-0"], tmp_path)
    raw = json.loads((tmp_path / "cards" / "b-0.json").read_text())
    assert raw == {"failed": "diverged at step 3"}
    outcome = load_outcome(tmp_path / "cards", "b", 0)
    assert outcome.card is None and outcome.fid is None
    assert outcome.marks == ["diverged at step 3"]


def test_a_trial_that_is_asked_for_no_longer_has_no_card_left(quick, tmp_path):
    for name in ("a-0", "a-1"):
        save(tmp_path / "samples" / f"{name}.npz", drawn(quick.train, 50))
    judge(quick, ["a-0", "a-1"], tmp_path)
    judge(quick, ["a-0"], tmp_path)
    assert [path.name for path in (tmp_path / "cards").iterdir()] == ["a-0.json"]


@pytest.mark.parametrize("fault", ["missing", "torn", "shape"])
def test_one_bad_trial_leaves_what_was_there(quick, tmp_path, fault):
    good = save(tmp_path / "samples" / "a-0.npz", drawn(quick.train, 50))
    judge(quick, ["a-0"], tmp_path)
    before = (tmp_path / "cards" / "a-0.json").read_bytes()
    bad = tmp_path / "samples" / "a-1.npz"
    match fault:
        case "torn":
            bad.write_bytes(good.read_bytes()[:-100])
        case "shape":
            save(bad, np.zeros((50, 1, 9, 9), np.uint8))
    save(good, drawn(quick.train, 60))
    with pytest.raises(ValueError, match=r"a-1\.npz"):
        judge(quick, ["a-0", "a-1"], tmp_path)
    assert [path.name for path in (tmp_path / "cards").iterdir()] == ["a-0.json"]
    assert (tmp_path / "cards" / "a-0.json").read_bytes() == before


def test_samples_of_one_trial_are_gone_before_the_next_but_one(quick, tmp_path, monkeypatch):
    """A study has hundreds: what is in memory does not grow with them."""
    alive, load = [], module.load_samples

    def watched(path):
        gc.collect()
        assert sum(ref() is not None for ref in alive) <= 1
        found = load(path)
        alive.append(weakref.ref(found))
        return found

    monkeypatch.setattr(module, "load_samples", watched)
    names = [f"a-{seed}" for seed in range(4)]
    for name in names:
        save(tmp_path / "samples" / f"{name}.npz", drawn(quick.train, 50))
    judge(quick, names, tmp_path)
    assert len(alive) == 4
