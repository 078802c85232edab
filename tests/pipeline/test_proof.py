"""Results are computed again beside the repository, and what is another is found."""

import json
from importlib.metadata import version

import numpy as np
import pytest
from repository import ROWS
from safetensors.numpy import load_file, save_file

from reprogan.config import EXPERIMENT
from reprogan.results import STEPS, md5_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("pipeline"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def state_of(repository):
    """Every file but those of scratch."""
    return {
        path.relative_to(repository.root): path.read_bytes()
        for path in repository.root.rglob("*")
        if path.is_file() and ".dvc/tmp" not in path.as_posix() and "__pycache__" not in path.parts
    }


def test_every_stage_gives_the_same_bits_again_and_nothing_here_is_written(mine):
    before = state_of(mine)
    said = mine.reprogan("verify", "-j", "2")
    outs = sum(
        len(entry.get("outs", ())) for name, entry in stages(mine).items() if name != "track"
    )
    assert f"{outs} of {outs} outputs are those of dvc.lock, bit for bit" in said
    assert state_of(mine) == before


def stages(repository):
    import yaml

    return yaml.safe_load(repository.lock())["stages"]


def test_weights_that_this_code_does_not_give_are_found_with_the_tensor(mine):
    """As if dvc.lock came from a machine whose bits are others."""
    path = mine.root / "models/ns_gan/weights.safetensors"
    tensors = {name: tensor.copy() for name, tensor in load_file(path).items()}
    name = sorted(name for name in tensors if tensors[name].dtype == np.float32)[0]
    tensors[name].flat[0] += 0.5
    old = md5_of(path.parent)
    path.unlink()  # it is a link into the cache, maybe
    save_file(tensors, path)
    lock, facts = mine.root / "dvc.lock", mine.root / "provenance/train/ns_gan.json"
    recorded = json.dumps(json.loads(facts.read_text()) | {"cpu_capability": "VAX"})
    for file, text in ((lock, lock.read_text()), (facts, recorded)):
        file.write_text(text.replace(old, md5_of(path.parent)))
    said = mine.reprogan("verify", "train_variant@ns_gan", ok=False)
    assert "differs" in said and f"weights.safetensors: {name} differs in 1 of" in said
    assert "by 0.5 at most" in said and "cpu_capability was VAX, is " in said


def test_a_commit_an_experiment_and_an_mlflow_run_are_computed_again(mine):
    """With their own code and parameters, which are not those that are here by then."""
    from mlflow import MlflowClient

    commit = mine.run("git", "rev-parse", "HEAD").strip()
    mine.dvc("exp", "run", "-S", "loss=hinge", "--name", "other", "evaluate")
    mine.run("git", "stash", "--include-untracked", "--quiet")
    params = mine.root / "params.yaml"
    params.write_text(params.read_text().replace("batch: 64", "batch: 32"))
    mine.commit("another batch, not run")
    before = state_of(mine)
    said = mine.reprogan("reproduce", commit, "ns_gan")
    assert f"{commit} is all rows of commit {commit}" in said and "bit for bit" in said
    said = mine.reprogan("reproduce", "other")
    assert "other is experiment of commit" in said and "differs" not in said
    client = MlflowClient(tracking_uri=f"sqlite:///{mine.root / 'mlflow.db'}")
    store = client.get_experiment_by_name("reprogan").experiment_id
    (run,) = client.search_runs([store], "tags.`reprogan.name` = 'cgan'")
    said = mine.reprogan("reproduce", run.info.run_id, "sample_variant@cgan")
    assert f"is cgan of commit {commit}" in said and "bit for bit" in said
    after = state_of(mine)
    assert {path for path in before if before[path] != after.get(path)} <= {
        p for p in before if ".git" in p.parts
    }
    said = mine.reprogan("reproduce", "nosuchthing", ok=False)
    assert "no git revision, no DVC experiment and no MLflow run" in said


def test_every_computation_says_what_went_in_and_came_out_as_dvc_lock_has_it(done):
    """And with what settings, all of them."""
    known = [json.loads(path.read_text()) for path in done.root.glob("provenance/*/*.json")]
    wanted = {("reference", "reference"), ("represent", "ns_gan")}
    wanted |= {(step, name) for step in STEPS for name in (EXPERIMENT, *ROWS)}
    assert {(record["stage"], record["name"]) for record in known} == wanted
    lock = stages(done)
    for record in known:
        stage, name = record["stage"], record["name"]
        group = f"{stage}_variant@{name}" if stage in STEPS else f"{stage}@{name}"
        entry = lock[stage] if stage in lock and name in (EXPERIMENT, stage) else lock[group]
        assert record["outputs"] == {out["path"]: out["md5"] for out in entry["outs"]}
        deps = {dep["path"]: dep["md5"] for dep in entry["deps"]}
        assert record["inputs"] == {
            path: md5 for path, md5 in deps.items() if not path.startswith("src/")
        }
        assert record["drift"] == {} and record["deterministic"] and record["threads"] == 1
        assert record["configuration"]


def test_other_packages_than_the_lock_s_are_told_before_a_stage_begins_and_recorded(mine):
    lock = mine.root / "requirements.lock"
    pinned = f"numpy=={version('numpy')}"
    assert pinned in lock.read_text()
    lock.write_text(lock.read_text().replace(pinned, "numpy==1.0.0"))
    said = mine.run("python", "src/run.py", "sample", "ns_gan")
    off = f"numpy is {version('numpy')}, locked 1.0.0"
    assert f"warning: {off}: bits may differ" in said
    record = mine.json("provenance/sample/ns_gan.json")
    assert record["drift"] == {"numpy": off.removeprefix("numpy is ")}
    before = json.loads(mine.run("git", "show", "HEAD:provenance/sample/ns_gan.json"))
    assert {key for key in record if record[key] != before[key]} == {"drift", "requirements_sha256"}


EDIT = ("-S", "loss=hinge")
WAYS = {
    "repro": lambda here: (edited(here), here.dvc("repro")),
    "exp run": lambda here: here.dvc("exp", "run", *EDIT, "--name", "mine"),
    "exp run --temp": lambda here: here.dvc("exp", "run", "--temp", *EDIT, "--name", "mine"),
    "queue": lambda here: (
        here.dvc("exp", "run", "--queue", *EDIT, "--name", "mine"),
        here.dvc("queue", "start"),
        here.dvc("queue", "logs", "mine", "--follow"),
    ),
}


def edited(repository):
    path = repository.root / "params.yaml"
    before = path.read_text()
    path.write_text(before.replace("loss: non_saturating", "loss: hinge", 1))
    assert path.read_text() != before


def test_a_result_is_the_same_whichever_command_of_dvc_computes_it(done, tmp_path):
    """Each in a repository of its own, so that none is handed what another has computed."""
    locks = {}
    for way, run in WAYS.items():
        mine = done.copy(tmp_path / way.replace(" ", "_"))
        run(mine)
        ref = mine.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").split()
        kept = [name for name in ref if name.endswith("/mine")]
        assert len(kept) == (way != "repro"), ref
        locks[way] = (
            mine.run("git", "show", f"{kept[0]}:dvc.lock") if kept else mine.lock().decode()
        )
    assert locks["repro"].encode() != done.lock()
    assert len(set(locks.values())) == 1, {way: hash(lock) for way, lock in locks.items()}
