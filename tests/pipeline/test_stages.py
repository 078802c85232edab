"""dvc.yaml, the command line and the code say the same."""

import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from reprogan.__main__ import app
from reprogan.closure import code_of
from small import ROOT, params

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]
PLAIN = {name: stage for name, stage in STAGES.items() if "foreach" not in stage}
GROUPS = {name: stage["do"] for name, stage in STAGES.items() if "foreach" in stage}
ALL = PLAIN | GROUPS
STUDY = yaml.safe_load((ROOT / "studies/digits/dvc.yaml").read_text("utf-8"))["stages"]
COMMANDS = {
    "zoo",
    "study",
    "sync",
    "preset",
    "doctor",
    "verify",
    "reproduce",
    "score",
    "interpolate",
    "arithmetic",
}
"""What is no stage."""


def command(stage):
    """`python src/run.py COMMAND [...]` -> COMMAND."""
    return stage["cmd"].split()[2]


def files(deps):
    """The Python files under the code among a stage's deps, relative to the repository."""
    for dep in deps:
        if dep.startswith("src/"):
            place = ROOT / dep
            assert place.exists(), f"{dep} is not there"
            found = [place] if place.is_file() else place.rglob("*.py")
            yield dep, {str(path.relative_to(ROOT)) for path in found}


@pytest.mark.parametrize("name", ALL)
def test_deps_are_the_import_closure(name):
    wanted = code_of(command(ALL[name]))
    declared = dict(files(ALL[name]["deps"]))
    missing = wanted - set().union(*declared.values())
    needless = [dep for dep, held in declared.items() if not held & wanted]
    assert not missing, "add to deps:\n" + "\n".join(f"      - {path}" for path in sorted(missing))
    assert not needless, f"remove from deps: {needless}"


def test_each_stage_is_a_command_and_each_module_a_stage():
    commands = {command(stage) for stage in (*ALL.values(), *STUDY.values())}
    modules = {path.stem for path in (ROOT / "src/reprogan/stages").glob("*.py")} - {"__init__"}
    assert commands == modules
    assert commands == {name for name in get_command(app).commands} - COMMANDS  # type: ignore[attr-defined]
    assert all(stage["cmd"].startswith("python src/run.py ") for stage in ALL.values())


@pytest.mark.parametrize("name", [name for name in GROUPS if name.endswith("_variant")])
def test_a_group_does_for_a_variant_what_its_stage_does_for_the_experiment(name):
    stage, group = dict(PLAIN[name.removesuffix("_variant")]), dict(GROUPS[name])
    text = yaml.safe_dump({k: v for k, v in group.items() if k not in ("params", "desc")})
    same = yaml.safe_load(text.replace("${key}", "experiment"))
    same["cmd"] = same["cmd"].removesuffix(" experiment")
    assert same == {k: v for k, v in stage.items() if k not in ("params", "desc")}
    assert STAGES[name]["foreach"] == "${variants}"


def test_critics_are_tested_where_the_section_names_them():
    """And not that of every experiment: one that is told the class, or sees no labels, cannot be."""
    group = STAGES["represent"]
    assert group["foreach"] == "${represent.variants}" and "represent" not in PLAIN
    assert group["do"]["cmd"] == "python src/run.py represent ${item}"
    assert "models/${item}" in group["do"]["deps"]
    assert group["do"]["metrics"] == [{"metrics/represent/${item}.json": {"cache": False}}]
    assert "metrics/represent" in PLAIN["track"]["deps"]


def test_every_section_of_params_is_some_stage_s():
    named = {str(key).split(".")[0] for stage in ALL.values() for key in stage["params"]}
    named |= {"beyond", "seeds"}  # of studies, whose plan reads all
    assert named == set(type(params()).model_fields)


def test_training_depends_on_its_own_loss_row_only():
    assert "losses.${loss}" in PLAIN["train"]["params"] and "losses" not in PLAIN["train"]["params"]
    assert "losses.${item.loss}" in GROUPS["train_variant"]["params"]


@pytest.mark.parametrize(
    "name",
    [None, *sorted({command(s) for s in (*ALL.values(), *STUDY.values())}), *sorted(COMMANDS)],
)
def test_help(name):
    result = CliRunner().invoke(app, [*([name] if name else []), "--help"])
    assert result.exit_code == 0 and "Usage" in result.output
    if name is None:
        assert all(command(stage) in result.output for stage in ALL.values())


def test_a_fresh_clone_lacks_what_track_writes():
    """Were it in git, `dvc repro` in a clone would find it there and fill no MLflow store."""
    (out,) = PLAIN["track"]["outs"]
    subprocess.run(["git", "check-ignore", "--quiet", out], cwd=ROOT, check=True)


def test_nothing_hashed_is_a_time_stamp():
    """No stage module asks for the time except to say or to schedule something."""
    allowed = {"train.py"}
    for path in Path(ROOT / "src/reprogan/stages").glob("*.py"):
        text = path.read_text("utf-8")
        assert path.name in allowed or "time.time" not in text and "datetime" not in text, path
