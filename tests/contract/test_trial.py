"""A trial: what its seed decides, what a divergence leaves, and how it goes on."""

import json

import numpy as np
import pytest

from reprogan import training
from reprogan.data.imageset import ImageSet
from reprogan.metrics.samples import load_samples
from reprogan.saves import Saves
from reprogan.settings import Sample, Train
from reprogan.stages.train import Machine
from reprogan.stages.trial import Outputs, trial
from reprogan.study.plan import Plan
from small import narrow

WILD = {"name": "sgd", "learning_rate": 3.0}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Normalized images of noise."""
    place, random = tmp_path_factory.mktemp("trial"), np.random.default_rng(0)
    images, labels = random.integers(0, 256, (40, 1, 8, 8), np.uint8), np.arange(40) % 10
    ImageSet(images=images, labels=labels, classes=tuple("0123456789")).save(place / "train.npz")
    return place


def plan(**over):
    return Plan(
        variant=narrow("lsgan", **over), train=Train(images=1, batch=8, history_every=2), steps=6,
        labels=None, sample=Sample(images=20, draws=2),
    )  # fmt: skip


def run(data, out, seed, one=None, save_every=1e9, name="lsgan"):
    """What a trial writes, by its file."""
    label = f"{name}-{seed}"
    to = Outputs(
        model=out / label,
        history=out / f"{label}.csv",
        samples=out / f"{label}.npz",
    )
    machine = Machine(scratch=out / "scratch", device="cpu", saves=Saves(save_every))
    trial(label, one or plan(), seed, data, to, machine)
    files = [*to.model.iterdir(), to.history, to.samples]
    return {path.name.replace(label, "it"): path.read_bytes() for path in files}


def test_the_seed_decides_the_training_and_nothing_else_does(data, tmp_path):
    zero, one = run(data, tmp_path / "a", 0), run(data, tmp_path / "a", 1)
    assert run(data, tmp_path / "b", 1) == one
    for name in ("weights.safetensors", "it.csv", "it.npz"):
        assert zero[name] != one[name], name
    configs = [json.loads(files["config.json"]) for files in (zero, one)]
    assert [config["train"].pop("seed") for config in configs] == [0, 1]
    assert configs[0] == configs[1]
    drawn = load_samples(tmp_path / "a" / "lsgan-1.npz")
    assert (len(drawn.images), drawn.draws, drawn.failed) == (40, 2, "")
    assert drawn.made == {"images": 48, "train_seed": 1, "sample_seed": 0, "device": "cpu"}


def test_a_divergence_is_the_result_whatever_was_saved_on_the_way(data, tmp_path, capsys):
    wild = plan(critic_optimizer=WILD, networks={"critic_norm": "none"})
    files = run(data, tmp_path / "a", 0, wild)
    assert run(data, tmp_path / "b", 0, wild, save_every=0) == files
    drawn = load_samples(tmp_path / "a/lsgan-0.npz")
    assert len(drawn.images) == 0 and drawn.failed == "diverged at step 3"
    assert "this is the result" in capsys.readouterr().out
    assert "weights.safetensors" not in files and "config.json" in files
    assert files["it.csv"].decode().splitlines()[-1].startswith("2,16,")


def test_any_other_fault_is_no_result(data, tmp_path):
    with pytest.raises(ValueError, match="run the normalize stage first"):
        run(data / "nowhere", tmp_path, 0)
    assert not (tmp_path / "lsgan-0.npz").exists()


def test_a_trial_that_is_stopped_goes_on(data, tmp_path, monkeypatch, capsys):
    whole = run(data, tmp_path / "a", 0)
    play = training.train

    def stopped(*words, **options):
        for step, turns in play(*words, **options):
            if step == 4:
                raise KeyboardInterrupt
            yield step, turns

    with monkeypatch.context() as patch:
        patch.setattr(training, "train", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(data, tmp_path / "b", 0, save_every=0)
    assert run(data, tmp_path / "b", 0, save_every=0) == whole
    assert "lsgan-0: going on from step 4 of 6" in capsys.readouterr().out
