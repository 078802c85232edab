"""studies/: one dvc.yaml, whose stages depend on what the plan writes for them; nothing is run."""

import re
from pathlib import Path

import pytest
import yaml

from reprogan.config import load
from reprogan.stages.plan import STAGES, plan
from small import ROOT, params

STUDIES = sorted(path.parent for path in (ROOT / "studies").glob("*/dvc.yaml"))
DEFINED = yaml.safe_load((STUDIES[0] / "dvc.yaml").read_text("utf-8"))["stages"]


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "plan"
    plan(params(), out)
    return out


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_studies_differ_in_their_params_only(study):
    for name in ("dvc.yaml", ".dvc/config", ".dvc/.gitignore"):
        assert (study / name).read_bytes() == (STUDIES[0] / name).read_bytes()
    assert (study / ".dvc/config").read_bytes() == (ROOT / ".dvc/config").read_bytes()
    settings = load(study / "params.yaml")
    assert settings.data.name == study.name and settings.data.mirror is None
    assert len(settings.seeds) >= 3 and settings.rows == params().rows


def test_every_stage_depends_on_its_own_code_and_settings(planned):
    for name, stage in DEFINED.items():
        command = stage["cmd"].split()[2]
        assert stage["cmd"].startswith("python ../../src/run.py ") and name.split("_")[0] == command
        if command == "plan":
            assert stage["always_changed"] and "deps" not in stage
            continue
        assert command in STAGES and f"plan/code/{command}" in stage["deps"]
        if command == "trial":
            assert "plan/rows/${item.row}.json" in stage["deps"]
        else:
            assert f"plan/settings/{command}.json" in stage["deps"]
            assert (planned / "settings" / f"{command}.json").exists()
    assert {path.name for path in (planned / "code").iterdir()} == set(STAGES)
    assert {path.stem for path in (planned / "rows").iterdir()} == {
        *params().variants,
        *params().beyond,
    }


def test_both_tables_are_trained_alike():
    groups = [dict(DEFINED[name]) for name in ("trial", "trial_beyond")]
    tables = [group.pop("matrix") for group in groups]
    assert tables == [
        {"row": "${variants}", "seed": "${seeds}"},
        {"row": "${beyond}", "seed": "${seeds}"},
    ]
    assert groups[0] == groups[1]


def test_no_address_is_committed():
    for study in STUDIES:
        for path in filter(Path.is_file, study.iterdir()):
            assert not re.search(r"://", path.read_text("utf-8")), path
