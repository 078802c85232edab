"""A result has one key, whatever code and machine gave it."""

import dataclasses

from reprogan.results import IGNORED, Result, md5_of
from small import ROOT

RESULT = Result(
    name="gan",
    inputs={"data/normalized": "a", "src/reprogan/game.py": "b"},
    outputs={"models/gan": "c", "metrics/eval/gan.json": "d"},
    params={"train": {"seed": 0}},
)


def test_code_that_gives_the_same_is_no_other_result():
    other = dataclasses.replace(RESULT, inputs=RESULT.inputs | {"src/reprogan/game.py": "e"})
    assert other.key == RESULT.key


def test_anything_else_is():
    changes = [
        {"name": "cgan"},
        {"inputs": RESULT.inputs | {"data/normalized": "e"}},
        {"outputs": RESULT.outputs | {"models/gan": "e"}},
        {"params": {"train": {"seed": 1}}},
    ]
    keys = {dataclasses.replace(RESULT, **change).key for change in changes}
    assert len(keys) == 4 and RESULT.key not in keys


def test_a_directory_of_code_has_the_hash_that_dvc_gives_it(tmp_path):
    (tmp_path / "a.py").write_text("x")
    before = md5_of(tmp_path)
    (tmp_path / IGNORED).mkdir()
    (tmp_path / IGNORED / "a.pyc").write_bytes(b"x")
    assert md5_of(tmp_path) == before
    (tmp_path / "b.py").write_text("x")
    assert md5_of(tmp_path) != before
    assert IGNORED in (ROOT / ".dvcignore").read_text("utf-8")
