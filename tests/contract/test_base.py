"""A params.yaml that is laid over another: what it inherits, what it replaces, and what is refused."""

import pytest

from reprogan.component import ConfigError
from reprogan.config import load, parse
from reprogan.reading import read
from small import ROOT

FILE = ROOT / "params.yaml"


@pytest.fixture
def study(tmp_path):
    """Writes tmp_path/studies/one/params.yaml over a copy of the real file, and reads it."""
    (tmp_path / "params.yaml").write_text(FILE.read_text("utf-8"), "utf-8")
    path = tmp_path / "studies/one/params.yaml"
    path.parent.mkdir(parents=True)

    def write(text):
        path.write_text(text, "utf-8")
        return path

    return write


def test_what_is_not_given_is_the_base_s(study):
    path = study("base: ../../params.yaml\nseeds: [3, 5]\ndata: {name: mnist, path: there}\n")
    base = read(FILE)
    assert read(path) == base | {
        "seeds": [3, 5],
        "data": base["data"] | {"name": "mnist", "path": "there"},
    }
    loaded = load(path)
    assert loaded.seeds == (3, 5) and loaded.data.name == "mnist" and loaded.data.path == "there"
    assert loaded.rows == load(FILE).rows


def test_tables_of_rows_are_replaced_and_sections_merged(study):
    row = "{loss: wgan_gp, networks: {name: dcgan}, game: {name: single}}"
    path = study(
        f"base: ../../params.yaml\nvariants: {{one: {row}}}\nbeyond: {{two: {row}}}\n"
        "train: {batch: 32}\nlosses: {wgan_gp: {n_critic: 2}}\nrepresent: {variants: []}\n"
    )
    loaded, base = load(path), load(FILE)
    assert list(loaded.variants) == ["one"] and list(loaded.beyond) == ["two"]
    assert loaded.train == base.train.model_copy(update={"batch": 32})
    assert loaded.variant("two").n_critic == 2 and loaded.losses.keys() == base.losses.keys()


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("nowhere.yaml", ["base must be a file", "'nowhere.yaml'"]),
        ("..", ["base must be a file", "'..'"]),
        ("3", ["base must be a file", "got 3"]),
        ("null", ["base must be a file", "got None"]),
        ("params.yaml", ["its base params.yaml has a base itself"]),
        ("../other.yaml", ["its base ../other.yaml has a base itself"]),
        ("../torn.yaml", ["torn.yaml is not YAML"]),
    ],
)
def test_a_base_that_cannot_be_one(study, base, words):
    path = study(f"base: {base}\n")
    (path.parent.parent / "other.yaml").write_text("base: ../params.yaml\n", "utf-8")
    (path.parent.parent / "torn.yaml").write_text("a: [", "utf-8")
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert all(word in str(caught.value) for word in words), caught.value


def test_unknown_keys_are_refused_in_a_study_too(study):
    with pytest.raises(ConfigError, match=r"unknown key 'seed'.*mean 'seeds'"):
        load(study("base: ../../params.yaml\nseed: [0]\n"))
    with pytest.raises(ConfigError, match="unknown key 'base'"):
        parse(read(FILE) | {"base": "params.yaml"}, FILE)


def test_seeds_by_default_are_three():
    assert "seeds" not in read(FILE) and load(FILE).seeds == (0, 1, 2)


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        ("[]", ["seeds", "at least 1"]),
        ("[0, 1, 0]", ["seeds", "each seed must stand there once"]),
        ("[0, -1]", ["seeds", "greater than or equal to 0"]),
        ("[0, 1.0]", ["seeds", "valid integer"]),
        ("[0, true]", ["seeds", "valid integer"]),
        ("['0']", ["seeds", "valid integer"]),
        ("3", ["seeds", "got 3"]),
        ("null", ["seeds", "got None"]),
    ],
)
def test_seeds_that_are_none(study, seeds, words):
    with pytest.raises(ConfigError) as caught:
        load(study(f"base: ../../params.yaml\nseeds: {seeds}\n"))
    assert all(word in str(caught.value) for word in words), caught.value
