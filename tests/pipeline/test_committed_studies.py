"""What the committed studies claim; `reprogan study NAME` computes them again."""

import csv
import re

import pytest

from reprogan.config import load
from reprogan.study import measured
from reprogan.study.outcome import load_outcome
from reprogan.study.summary import summarized
from reprogan.study.text import csv_of
from small import ROOT

STUDIES = sorted(path.parent for path in (ROOT / "studies").glob("*/dvc.yaml"))
PAGE = ROOT / "docs/variants.md"
each_study = pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)


def trials(study):
    """Every row with every seed, in the order in which the stage summary reads them."""
    settings = load(study / "params.yaml")
    names = (*settings.variants, *settings.beyond)
    return settings, [(name, seed) for name in names for seed in settings.seeds]


@each_study
def test_there_is_a_card_of_each_row_and_seed(study):
    _, wanted = trials(study)
    there = {path.stem for path in (study / "metrics/cards").iterdir()}
    assert there == {f"{name}-{seed}" for name, seed in wanted}


@each_study
def test_each_card_is_of_its_row_s_budget(study):
    settings, wanted = trials(study)
    wrong = {}
    for name, seed in wanted:
        card = load_outcome(study / "metrics/cards", name, seed).card
        if card is not None:  # a trial that failed has none
            images = settings.train.steps(settings.row(name).images) * settings.train.batch
            assert (card.made.train_seed, card.n_fake) == (seed, settings.sample.images)
            if card.made.images != images:
                wrong[card.name] = f"{card.made.images} images, of {images} in params.yaml"
    assert not wrong


@each_study
def test_the_summary_is_that_of_the_cards(study):
    _, wanted = trials(study)
    outcomes = [load_outcome(study / "metrics/cards", name, seed) for name, seed in wanted]
    text = (study / "reports/summary.csv").read_text("utf-8")
    assert csv_of(summarized(outcomes)) == text


def test_the_table_in_the_docs_is_that_of_the_summaries():
    """`python -m reprogan.study.measured docs/variants.md studies/digits studies/mnist` makes it."""
    page = PAGE.read_text("utf-8")
    command = re.search(r"`python -m reprogan.study.measured (\S+) (\S+) (\S+)`", page)
    assert command and ROOT / command[1] == PAGE
    one, two = (ROOT / place for place in command.groups()[1:])
    assert {one, two} == set(STUDIES)
    assert measured.put(page, one, two) == page


@pytest.mark.parametrize("study", ["digits", "mnist"])
def test_every_number_of_the_table_is_rounded_from_the_summary(study):
    """Read from the page by its heads, without what wrote it."""
    section = PAGE.read_text("utf-8").split("## Measured")[1].split("## Parts")[0]
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    table = {row[0].strip("`"): dict(zip(head, row, strict=True)) for row in rows}
    with (ROOT / "studies" / study / "reports/summary.csv").open(encoding="utf-8") as file:
        summary = {row["variant"]: row for row in csv.DictReader(file)}
    assert table.keys() == summary.keys()
    for name, row in summary.items():
        mean, deviation = map(float, table[name][f"{study}: FID"].split(" ± "))
        assert mean == pytest.approx(float(row["fid_mean"]), rel=5.1e-3), name
        assert deviation == pytest.approx(float(row["fid_sd"]), rel=5.1e-2), name
        least = f"{float(row['classes_hit_min']):.0f} of {float(row['classes']):.0f}"
        assert table[name][f"{study}: classes"] == least, name


def test_a_page_without_a_table_is_refused():
    with pytest.raises(ValueError, match="no table under '## Measured'"):
        measured.put("# Variants\n", *STUDIES)
