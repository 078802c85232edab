"""A real study of two rows and two seeds: in series and in parallel, with a row that diverges."""

import os
import re
import signal

import pytest
import yaml
from repository import Repository, fresh
from test_pipeline import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("study")]

NAMES = ("ns_gan", "wild")
SEEDS = (0, 1)
TRIALS = ["trial@ns_gan-0", "trial@ns_gan-1", "trial_beyond@wild-0", "trial_beyond@wild-1"]
BEFORE, AFTER = ["plan", "download", "normalize", "reference"], ["judge", "summary"]
FID = "fid_classifier_200_test"


def edit(path, change):
    """Apply a function to the mapping in a YAML file."""
    table = yaml.safe_load(path.read_text("utf-8"))
    change(table)
    path.write_text(yaml.safe_dump(table, sort_keys=False), "utf-8")


def start(place):
    """A repository whose studies have few rows and seeds, and have not been run."""
    repository = fresh(place)

    def rows(table):
        ns_gan = table["variants"]["ns_gan"]
        wild = {"optimizer": {"name": "sgd", "learning_rate": 1.0e20}}
        table["variants"], table["beyond"] = {"ns_gan": ns_gan}, {"wild": ns_gan | wild}
        table["represent"]["variants"] = []

    edit(repository.root / "params.yaml", rows)
    for path in repository.root.glob("studies/*/params.yaml"):
        edit(path, lambda table: table.update(seeds=list(SEEDS)))
    repository.commit("a small study")
    return repository


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A repository whose study of digits has been run in series, and committed."""
    repository = start(tmp_path_factory.mktemp("study"))
    study = Repository(repository.root / "studies/digits")
    assert sorted(study.ran("repro")) == sorted([*BEFORE, *TRIALS, *AFTER])
    repository.commit("results")
    return repository


@pytest.fixture
def mine(done, tmp_path):
    """A copy to change, and the study in it."""
    copy = done.copy(tmp_path / "repository")
    return copy, Repository(copy.root / "studies/digits")


def results(study):
    """What a study leaves in git."""
    paths = [*study.root.glob("metrics/**/*.*"), *study.root.glob("reports/*")]
    return {str(path.relative_to(study.root)): path.read_bytes() for path in paths}


def test_in_parallel_it_leaves_the_same(done, tmp_path):
    other = start(tmp_path / "parallel")
    output = other.reprogan("study", "digits", "-j", "2")
    one, two = (Repository(it.root / "studies/digits") for it in (done, other))
    assert two.lock() == one.lock() and results(two) == results(one)
    assert re.search(r"^ns_gan +0 done .* 1 done ", output, re.MULTILINE), output
    assert (two.root / "reports/summary.md").read_text("utf-8") in output
    assert two.ran("repro") == ["plan"]


def test_a_row_that_diverges_is_shown_and_stops_nothing(mine):
    _, study = mine
    for seed in SEEDS:
        failed = study.json(f"metrics/cards/wild-{seed}.json")["failed"]
        assert re.fullmatch(r"diverged at step \d+", failed)
        card = study.json(f"metrics/cards/ns_gan-{seed}.json")
        assert card["figures"][FID]["value"] > 0 and card["made"]["train_seed"] == seed
        assert [path.name for path in (study.root / f"models/wild-{seed}").iterdir()] == [
            "config.json"
        ]
        assert study.json(f"models/wild-{seed}/config.json")["train"]["seed"] == seed
        history = (study.root / f"metrics/history/wild-{seed}.csv").read_text("utf-8")
        assert history.startswith("step,images,")
    summary = (study.root / "reports/summary.md").read_text("utf-8")
    lines = [line for line in summary.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == ["ns_gan", "wild"]
    assert "diverged at step" in lines[1] and "FID of seeds 0, 1" in summary
    assert "\nwild,2,2,,," in (study.root / "reports/summary.csv").read_text("utf-8")


def test_seeds_differ_and_a_trial_is_what_the_stages_make_with_that_seed(mine):
    _, study = mine
    weights = {
        s: (study.root / f"models/ns_gan-{s}/weights.safetensors").read_bytes() for s in SEEDS
    }
    assert weights[0] != weights[1]
    edit(study.root / "params.yaml", lambda table: table["train"].update(seed=1))
    for step in ("train", "sample", "evaluate"):
        study.run("python", "../../src/run.py", step, "ns_gan")
    assert (study.root / "models/ns_gan/weights.safetensors").read_bytes() == weights[1]
    card = study.json("metrics/cards/ns_gan/final.json")
    assert card | {"name": "ns_gan-1"} == study.json("metrics/cards/ns_gan-1.json")


def test_only_what_is_touched_runs_again(mine):
    repository, study = mine
    assert study.ran("repro") == ["plan"]
    params = repository.root / "params.yaml"
    edit(params, lambda table: table["variants"]["ns_gan"].update(images=640))
    assert study.ran("repro") == ["plan", *TRIALS[:2], *AFTER]
    edit(params, lambda table: table["losses"]["hinge"].update(n_critic=3))
    edit(params, lambda table: table["train"].update(seed=5))
    edit(params, lambda table: table.update(loss="hinge"))
    assert study.ran("repro") == ["plan"]
    edit(study.root / "params.yaml", lambda table: table.update(seeds=[0, 1, 4]))
    assert study.ran("repro") == ["plan", "trial@ns_gan-4", "trial_beyond@wild-4", *AFTER]
    edit(params, lambda table: table["evaluate"]["metrics"]["inception_score"].update(splits=5))
    assert study.ran("repro") == ["plan", *AFTER]
    chart = repository.root / "src/reprogan/study/chart.py"
    chart.write_text(chart.read_text("utf-8") + "# more\n", "utf-8")
    assert study.ran("repro") == ["plan", "summary"]


def test_the_run_cache_brings_back_what_was_trained_before(mine):
    repository, study = mine
    before = study.lock()
    params = (repository.root / "params.yaml").read_text("utf-8")
    edit(
        repository.root / "params.yaml",
        lambda table: table["variants"]["ns_gan"].update(images=640),
    )
    study.dvc("repro")
    assert study.lock() != before
    (repository.root / "params.yaml").write_text(params, "utf-8")
    assert "is cached - skipping run" in study.dvc("repro")
    assert study.lock() == before


def test_a_trial_that_was_killed_goes_on(mine):
    _, study = mine
    before = study.lock()
    again = ("dvc", "repro", "--force", "--single-item", "trial@ns_gan-1")
    process = study.start(*again, REPROGAN_SAVE_EVERY="0")
    scratch = study.root / ".dvc/tmp/reprogan/checkpoints"
    wait_for(lambda: list(scratch.glob("*/*.safetensors")))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert list(scratch.glob("*/*.safetensors")), "it was over before it could be killed"
    assert "ns_gan-1: going on from step" in study.run(*again)
    assert study.lock() == before and not list(scratch.glob("*/*"))


@pytest.mark.parametrize(("text", "words"), [(None, "is missing: run"), ("{", "is no metric card")])
def test_cards_that_are_missing_or_torn(mine, text, words):
    _, study = mine
    path = study.root / "metrics/cards/ns_gan-1.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    output = study.run("python", "../../src/run.py", "summary", ok=False)
    assert words in output and "run `judge`" in output and "Traceback" not in output


def test_the_root_s_dvc_knows_of_no_study(mine):
    repository, study = mine
    assert "trial" not in repository.dvc("stage", "list", "--all")
    assert "studies" not in repository.dvc("status")
    assert repository.run("git", "status", "--porcelain") == ""


def test_what_cannot_be_run_is_said(mine):
    repository, study = mine
    output = repository.reprogan("study", "digit", ok=False)
    assert "unknown study 'digit'; valid: digits, mnist" in output
    edit(study.root / "params.yaml", lambda table: table.update(seds=[0]))
    output = repository.reprogan("study", "digits", ok=False)
    assert "unknown key 'seds'" in output and "Traceback" not in output
    output = repository.run("python", "src/run.py", "trial", "ns_gan", "--seed", "0", ok=False)
    assert (
        "plan/rows/ns_gan.json is missing: run the plan stage first, in a folder of studies"
        in output
    )


def test_a_trial_is_verified_in_its_study_and_says_by_what_it_was_computed(done):
    study = Repository(done.root / "studies/digits")
    said = study.run(
        "python", "-m", "reprogan", "verify", "plan", "trial@ns_gan-0", "judge",
        PYTHONPATH=str(done.root / "src"),
    )  # fmt: skip
    assert "differs" not in said and "models/ns_gan-0" in said and "bit for bit" in said
    known = study.json("provenance/trial/ns_gan-0.json")
    entry = yaml.safe_load(study.lock())["stages"]["trial@ns_gan-0"]
    assert known["configuration"] == {"seed": 0}
    assert known["outputs"] == {out["path"]: out["md5"] for out in entry["outs"]}
    assert study.json("provenance/judge/cards.json")["outputs"].keys() == {"metrics/cards"}
