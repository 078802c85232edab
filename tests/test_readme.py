"""What the README says is so."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from mutants import MUTANTS
from reprogan.__main__ import app
from reprogan.data.sources import SOURCES
from reprogan.games import GAMES
from reprogan.losses import OBJECTIVES
from reprogan.metrics.extractors import EXTRACTORS
from reprogan.networks import NETWORKS
from reprogan.optimizers import OPTIMIZERS
from reprogan.tricks import TRICKS
from small import ROOT, params

README = (ROOT / "README.md").read_text("utf-8")
TABLES = {
    "`loss`": params().losses,
    "`losses.*.objective`": OBJECTIVES,
    "`networks`": NETWORKS,
    "`game`": GAMES,
    "`tricks`": TRICKS,
    "`optimizer`": OPTIMIZERS,
    "`data.name`": SOURCES,
    "`evaluate.extractor`": EXTRACTORS,
}


@pytest.mark.parametrize("key", TABLES)
def test_the_table_of_parameters_names_every_registry_entry(key):
    row = next(line for line in README.splitlines() if line.startswith(f"| {key} |"))
    named = set(re.findall(r"`([a-z0-9_]+)`", row.split("|")[2]))
    assert named == set(TABLES[key])


def test_every_command_is_told_and_every_told_command_is_there():
    told = set(re.findall(r"\| `(?:reprogan )?([a-z]+)(?: [^`]*)?` \|", README))
    commands = set(get_command(app).commands)
    assert commands <= told, commands - told
    for name in re.findall(r"reprogan ([a-z]+)[ `]", README):
        assert name in commands or name in ("research",), name


def test_make_targets_are_there():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"make ([a-z]+(?:-[a-z]+)*)", README):
        if target != "needs":
            assert f"\n{target}:" in makefile, target


def test_links_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_paths_in_the_tree_are_there():
    tree = README.split("## The tree")[1].split("```")[1]
    outputs = {"data/", "models/", "samples/", "mlflow.db"}
    inner = ("  ",)
    for line in tree.strip().splitlines():
        for word in line.split("   ")[0].split() if not line.startswith(inner) else ():
            assert (ROOT / word).exists() or word in outputs, word
        if line.startswith(inner):
            for word in line.strip().split("   ")[0].split():
                assert (ROOT / "src/reprogan" / word).exists(), word


def test_example_of_params_is_the_head_of_params():
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL).group(1)
    assert (ROOT / "params.yaml").read_text("utf-8").find(block) > 0


def test_numbers_that_the_readme_gives():
    assert f"seeds {len(MUTANTS)} known bugs" in README
    loop = (ROOT / "src/reprogan/trainer.py").read_text("utf-8").count("\n")
    assert f"{loop} lines train every variant" in README


def test_every_seeded_bug_has_its_place():
    """Whether each is caught, `make mutants` tells; that the code it changes is there, this."""
    for mutant in MUTANTS:
        text = (ROOT / "src/reprogan" / mutant.file).read_text("utf-8")
        assert mutant.right in text and mutant.right != mutant.wrong, mutant.bug


def test_every_overridden_variant_is_explained():
    text = (ROOT / "docs/variants.md").read_text("utf-8")
    table = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))
    for name in (*table["variants"], *table["beyond"]):
        assert f"\n| `{name}` |" in text.split("## Measured")[0], name


def test_no_place_is_left_to_be_filled():
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *Path(ROOT / "docs").glob("*.md")]:
        assert not re.search(
            r"\b(?:TODO|FIXME|XXX|[A-Z]+_(?:TABLE|TEXT))\b", page.read_text("utf-8")
        ), page


def test_no_machine_is_named():
    """No path of a machine, no address of a registry in the lock."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock and "--hash=sha256:" in lock
    for page in [ROOT / "README.md", *Path(ROOT / "docs").glob("*.md")]:
        assert not re.search(r"(?<![\w.])/(home|root|tmp|Users)/", page.read_text("utf-8"))
