"""How two outputs differ is said exactly; what computed a result is recorded in no hash."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest
import yaml
from PIL import Image
from safetensors.numpy import save_file

from reprogan.component import ConfigError
from reprogan.npz import to_npz
from reprogan.provenance import differences, load, machine, record
from reprogan.results import md5_of
from reprogan.verify.comparison import difference
from reprogan.verify.rerun import Verdict, rerun
from reprogan.verify.verification import DEFECT, entries, explained


def pair(tmp_path, name, before, now):
    paths = []
    for folder, content in (("before", before), ("now", now)):
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return paths


def test_equal_files_differ_in_nothing(tmp_path):
    assert difference(*pair(tmp_path, "a.npz", b"no npz at all", b"no npz at all")) == ""


def test_the_first_tensor_that_differs_is_named_with_the_largest_difference(tmp_path):
    x, y = np.zeros((2, 3), np.float32), np.ones(4, np.float32)
    moved = y.copy()
    moved[1:3] += [0.25, -0.5]
    for folder, tensor in (("a", y), ("b", moved)):
        (tmp_path / folder).mkdir()
        save_file({"g/weight": x, "g/zeta": tensor}, tmp_path / folder / "w.safetensors")
    told = difference(tmp_path / "a", tmp_path / "b")
    assert told == "w.safetensors: g/zeta differs in 2 of 4 numbers, by 0.5 at most"


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"a": np.arange(3)}, {"a": np.arange(4)}, "a was (3,) int64, is (4,) int64"),
        ({"a": np.arange(3)}, {"b": np.arange(3)}, "a is missing"),
        ({"a": np.arange(3)}, {"a": np.arange(3), "b": np.arange(2)}, "b is new"),
        (
            {"a": np.uint8([0])},
            {"a": np.uint8([255])},
            "a differs in 1 of 1 numbers, by 255 at most",
        ),
    ],
)
def test_arrays(tmp_path, before, now, told):
    assert difference(*pair(tmp_path, "a.npz", to_npz(**before), to_npz(**now))) == told


def test_figures_words_lines_and_pixels(tmp_path):
    was, is_ = ({"fid": {"value": v, "std": None}, "note": "x"} for v in (1.5, 2.0))
    told = difference(*pair(tmp_path, "f.json", json.dumps(was), json.dumps(is_)))
    assert told == "fid.value differs: 1.5 before, 2.0 now"
    told = difference(*pair(tmp_path, "f.csv", "a,b\n1,2\n", "a,b\n1,3\n"))
    assert told == "line 2 differs: 1,2 before, 1,3 now"
    for folder, value in (("before", 0), ("now", 9)):
        Image.fromarray(np.full((2, 2), value, np.uint8)).save(tmp_path / folder / "p.png")
    told = difference(tmp_path / "before/p.png", tmp_path / "now/p.png")
    assert told == "pixels differs in 4 of 4 numbers, by 9 at most"
    told = difference(*pair(tmp_path, "g.json", '{"a": 1}', '{"a":  1}'))
    assert told == "the content is equal, the bytes are not"
    assert "cannot be compared" in difference(*pair(tmp_path, "h.json", "{", "["))


def repository(here, text="x = 1\n"):
    """One stage that writes what its script says; its entry in dvc.lock."""
    (here / "src").mkdir(parents=True)
    (here / "src/run.py").write_text(text)
    (here / "in").write_text("input")
    (here / "out.json").write_text('{"a": 1}\n')
    deps = [{"path": p, "md5": md5_of(here / p)} for p in ("in", "src/run.py")]
    outs = [{"path": "out.json", "md5": md5_of(here / "out.json")}]
    return {"cmd": "python src/run.py", "deps": deps, "outs": outs}


def state_of(here):
    return {p.relative_to(here): p.read_bytes() for p in here.rglob("*") if p.is_file()}


WRITES = "from pathlib import Path; assert Path('in').read_text() == 'input'; Path('in').write_text('spoilt'); Path('out.json').write_text('{\"a\": %d}\\n')\n"


@pytest.mark.parametrize(
    ("value", "state", "told"), [(1, "equal", ""), (2, "differs", "a differs: 1 before, 2 now")]
)
def test_a_stage_is_run_beside_the_repository_which_stays_as_it_was(tmp_path, value, state, told):
    here = tmp_path / "here"
    entry = repository(here, WRITES % value)
    before = state_of(here)
    (verdict,) = rerun(here, "make", entry, tmp_path / "there")
    assert (verdict.state, verdict.text) == (state, told)
    assert state_of(here) == before


def test_what_was_recorded_is_found_in_the_cache(tmp_path):
    here = tmp_path / "here"
    entry = repository(here, WRITES % 2)
    md5 = entry["outs"][0]["md5"]
    kept = here / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    kept.parent.mkdir(parents=True)
    (here / "out.json").rename(kept)
    (verdict,) = rerun(here, "make", entry, tmp_path / "there")
    assert (verdict.state, verdict.text) == ("differs", "a differs: 1 before, 2 now")
    kept.unlink()
    (verdict,) = rerun(here, "make", entry, tmp_path / "elsewhere")
    assert verdict.state == "differs" and "dvc pull" in verdict.text


def keep(cache, content, end=""):
    """Content as DVC keeps it; its MD5."""
    md5 = hashlib.md5(content).hexdigest() + end
    (cache / md5[:2]).mkdir(parents=True, exist_ok=True)
    (cache / md5[:2] / md5[2:]).write_bytes(content)
    return md5


def folder_of(here, *entries, text=None, cache=".dvc/cache"):
    """A stage whose output was a folder that is in the cache alone; and the cache."""
    entry, place = (
        repository(here, 'import os; os.mkdir("out"); open("out/a", "w").write("1")\n'),
        here / cache,
    )
    files = place / "files/md5"
    listed = [{"md5": keep(files, content), "relpath": path} for path, content in entries]
    md5 = keep(files, json.dumps(listed).encode() if text is None else text, ".dir")
    return entry | {"outs": [{"path": "out", "md5": md5}]}, files


LACKS = "what was recorded is not here to compare, or is damaged: dvc pull"


@pytest.mark.parametrize("name", ["../../../escaped", "/{}/escaped", "a/../../../../escaped"])
def test_a_listing_in_the_cache_leads_nowhere_else(tmp_path, name):
    """It is there with its own hash, as a lock of somebody else may name it."""
    above = tmp_path / "a/b/c"
    above.mkdir(parents=True)
    name = name.format(str(tmp_path).strip("/"))
    entry, _ = folder_of(tmp_path / "here", (name, b"spoilt"))
    (verdict,) = rerun(tmp_path / "here", "make", entry, above / "there")
    assert verdict.state == "differs"
    escaped = [
        path for path in tmp_path.rglob("escaped") if not path.is_relative_to(above / "there")
    ]
    assert not escaped and (verdict.text == LACKS or name.startswith("/"))


@pytest.mark.parametrize(
    "text", [b"{", b"[1]", b"[{}]", b"3", b'[{"md5": 1, "relpath": "a"}]', b"\xff"]
)
def test_a_listing_that_is_none_is_damage(tmp_path, text):
    entry, _ = folder_of(tmp_path / "here", text=text)
    (verdict,) = rerun(tmp_path / "here", "make", entry, tmp_path / "there")
    assert (verdict.state, verdict.text) == ("differs", LACKS)


@pytest.mark.parametrize("which", ["listing", "file", "gone"])
def test_what_the_cache_has_is_compared_only_where_it_has_its_hash(tmp_path, which):
    here = tmp_path / "here"
    entry, files = folder_of(here, ("a", b"2"), ("sub/b", b"3"))
    (verdict,) = rerun(here, "make", entry, tmp_path / "there")
    assert verdict.text == "a: line 1 differs: 2 before, 1 now"
    md5 = entry["outs"][0]["md5"] if which == "listing" else hashlib.md5(b"3").hexdigest()
    path = files / md5[:2] / md5[2:]
    path.unlink() if which == "gone" else path.write_bytes(path.read_bytes() + b" ")
    (verdict,) = rerun(here, "make", entry, tmp_path / "again")
    assert verdict.text == LACKS


def test_a_cache_elsewhere_is_found_there(tmp_path):
    here = tmp_path / "here"
    entry, _ = folder_of(here, ("a", b"2"), cache="../elsewhere")
    (verdict,) = rerun(here, "make", entry, tmp_path / "there")
    assert verdict.text == LACKS
    (here / ".dvc").mkdir()
    (here / ".dvc/config").write_text("[cache]\n    dir = ../../elsewhere\n")
    (verdict,) = rerun(here, "make", entry, tmp_path / "again")
    assert verdict.text == "a: line 1 differs: 2 before, 1 now"


def test_inputs_that_are_not_those_of_the_lock_are_named_and_nothing_is_run(tmp_path):
    here = tmp_path / "here"
    entry = repository(here, WRITES % 1)
    (here / "in").write_text("other")
    (verdict,) = rerun(here, "make", entry, tmp_path / "there")
    assert verdict.state == "not run" and verdict.text.startswith("in not as dvc.lock has it")


def test_a_stage_that_fails_shows_its_last_words(tmp_path):
    entry = repository(tmp_path / "here", "raise SystemExit('no such luck')\n")
    (verdict,) = rerun(tmp_path / "here", "make", entry, tmp_path / "there")
    assert verdict.state == "failed" and "no such luck" in verdict.text


def test_rows_stand_for_their_stages_and_unknown_names_are_refused(tmp_path):
    lock = tmp_path / "dvc.lock"
    stages = ["train", "evaluate", "train_variant@gan", "sample_variant@gan", "track"]
    lock.write_text(yaml.safe_dump({"stages": {name: {"cmd": "x"} for name in stages}}))
    assert list(entries(lock, [])) == sorted(set(stages) - {"track"})
    assert list(entries(lock, ["gan"])) == ["train_variant@gan", "sample_variant@gan"]
    assert list(entries(lock, ["experiment", "track"])) == ["train", "evaluate", "track"]
    with pytest.raises(ConfigError, match="unknown stage 'gam'.*train_variant@gan"):
        entries(lock, ["gam"])
    with pytest.raises(ConfigError, match="run `dvc repro` first"):
        entries(tmp_path / "none", [])


FACTS = """
import json
from pathlib import Path
from reprogan.provenance import Work, facts
work = Work("train", "gan", {"steps": 3}, [Path("x")], [Path("y"), Path("folder")])
print(json.dumps(facts(work, "cpu")))
"""


def test_facts_repeat_and_hold_neither_time_nor_place(tmp_path):
    (tmp_path / "x").write_text("x")
    (tmp_path / "y").write_text("y")
    (tmp_path / "folder").mkdir()
    one, two = (
        subprocess.run(
            [sys.executable, "-c", FACTS], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    )
    assert one == two
    known = json.loads(one)
    assert known["packages"]["torch"] and known["cpu_capability"] and known["threads"] >= 1
    assert (known["stage"], known["name"]) == ("train", "gan")
    assert known["configuration"] == {"steps": 3} and known["drift"] == {}
    assert known["inputs"] == {"x": "9dd4e461268c8034f5c8564e155c67a6"}  # as md5sum has it
    assert known["outputs"].keys() == {"y", "folder"}
    assert known["outputs"]["folder"].endswith(".dir")
    assert str(tmp_path) not in one and len(known["code_sha256"]) == 64


def test_what_explains_a_difference_is_said_the_likeliest_first(tmp_path):
    before = machine("cpu")
    assert differences(before, before) == []
    now = before | {"cpu_capability": "AVX2", "packages": before["packages"] | {"torch": "9"}}
    told = differences(before, now)
    assert told[0].startswith("cpu_capability was ") and told[0].endswith("is AVX2")
    assert told[1].startswith("packages: torch was ") and told[1].endswith("is 9")
    record(tmp_path / "p/train/gan.json", before)
    assert load(tmp_path / "p/train/gan.json") == before
    assert load(tmp_path / "none.json") == {}
    assert before["packages"]["pillow"]  # which resizes
    older = {name: pin for name, pin in before["packages"].items() if name != "pillow"}
    assert differences(before | {"packages": older}, before) == []  # nobody asked for it then


RECORDS = """
import json, sys
from pathlib import Path
Path("out.json").write_text('{"a": 2}\\n')
Path("provenance/make").mkdir(parents=True)
Path("provenance/make/x.json").write_text(json.dumps({"threads": 2, "device": "cuda"}))
"""


def test_a_difference_is_explained_by_the_two_records_of_the_computation(tmp_path):
    here = tmp_path / "here"
    entry = repository(here, RECORDS)
    path = here / "provenance/make/x.json"
    outputs = {"out.json": entry["outs"][0]["md5"]}
    record(path, {"threads": 1, "device": "cpu", "outputs": outputs})
    (verdict,) = found = rerun(here, "make", entry, tmp_path / "there")
    assert verdict.state == "differs"
    assert explained(found) == ["device was cpu, is cuda", "threads was 1, is 2"]
    record(path, {"threads": 2, "device": "cuda", "outputs": outputs})
    assert explained(rerun(here, "make", entry, tmp_path / "again")) == [DEFECT]
    record(path, {"threads": 1, "device": "cpu", "outputs": {"out.json": "another"}})
    (told,) = explained(rerun(here, "make", entry, tmp_path / "third"))
    assert told == "provenance/make/x.json does not say where the out.json of dvc.lock was computed"
    assert explained([Verdict("make", "out.json", "equal")]) == []


@pytest.mark.parametrize("of", ["deps", "outs"])
def test_a_path_that_leads_out_of_the_repository_is_said_and_nothing_is_run(tmp_path, of):
    here = tmp_path / "here"
    entry = repository(here, "from pathlib import Path; Path('out.json').write_text('{}')")
    (tmp_path / "outer.txt").write_text("x")
    outer = {"path": "../outer.txt", "md5": md5_of(tmp_path / "outer.txt")}
    entry[of] = [*entry.get(of, ()), outer]
    found = rerun(here, "make", entry, tmp_path / "there")
    assert {verdict.state for verdict in found} == {"not run"}
    assert all("../outer.txt is outside of" in verdict.text for verdict in found)
    assert not (tmp_path / "there").exists() and (tmp_path / "outer.txt").read_text() == "x"
