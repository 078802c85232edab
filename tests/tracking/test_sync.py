"""One run a result, found again by what it is; every commit and experiment without a checkout."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest
from made import FIGURE, put, split
from mlflow.utils.validation import _validate_metric_name, _validate_param, _validate_tag_name
from seen import local, runs, whole

from reprogan.results import read_lock, result_of, rows_of, stages_of
from reprogan.scratch import scratch
from reprogan.speed import speed_of
from reprogan.tracking import writing
from reprogan.tracking.backfill import backfill
from reprogan.tracking.cached import cache_of, listed
from reprogan.tracking.errors import StoreError
from reprogan.tracking.facts import named
from reprogan.tracking.laying import from_cache
from reprogan.tracking.origin import Origin
from reprogan.tracking.projecting import project
from reprogan.tracking.revisions import committed

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

BAD_LOCKS = (
    "<<<<<<< HEAD\nstages: {\n", "", "- 1\n", "stages: {evaluate: {cmd: x}}\n", "\x00",
    "stages: {train: 1, sample: [], evaluate: {outs: 3}, 7: {}}\n",
    "stages: {train: {}, sample: {deps: [{md5: 1}]}, evaluate: {params: {params.yaml: 3}}}\n",
    "stages: " + "[" * 100_000, "- " * 100_000,
    "a: &a [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n or ''}, *a{n or ''}]\n" for n in range(40)),
)  # fmt: skip


def results(here):
    stages = stages_of(here.root / "dvc.lock")
    return [result_of(name, stages) for name in rows_of(stages)]


def names(here):
    return [run.data.tags["reprogan.name"] for run in runs(local(here.root))]


def test_a_result_becomes_one_run_that_says_all_of_it(here, tmp_path):
    here.result("gan", 5.0)
    tally = project(results(here), here.root)
    assert (tally.made, tally.there, tally.pending) == (1, 0, {})
    (run,) = runs(local(here.root))
    said = whole(local(here.root), run, tmp_path / "down")
    assert said["status"] == "FINISHED"
    assert said["params"] == {
        "loss": "non_saturating", "variant.n_critic": "1", "variant.networks.name": "mlp", "train.batch": "64",
        "sample.seed": "0", "data.name": "digits", "data.size": "8",
    }  # fmt: skip
    assert said["curves"] == {
        FIGURE: [(5.0, 0)], "critic_gap": [(5.0, 10), (0.5, 20)], "generator_adversarial": [(1.0, 10)],
        "fid": [(9.0, 512), (7.0, 1280)],
    }  # fmt: skip
    assert said["data"] == [
        (
            "data/normalized",
            "d" * 32 + ".dir",
            '{"path": "data/normalized", "md5": "' + "d" * 32 + '.dir"}',
        )
    ]
    assert said["artifacts"] == {
        path: (here.root / place).read_bytes() for path, place in (
            ("weights.safetensors", "models/gan/weights.safetensors"), ("config.json", "models/gan/config.json"),
            ("gan.png", "samples/gan.png"), ("final.json", "metrics/cards/gan/final.json"),
            ("gan.json", "metrics/eval/gan.json"), ("provenance/train/gan.json", "provenance/train/gan.json"),
        )
    }  # fmt: skip
    tags = said["tags"]
    assert tags["dvc.out.samples/gan.npz"] and tags["dvc.in.src/run.py"] == "e" * 32
    assert (tags["provenance.cpu"], tags["provenance.packages.torch"], tags["figure.split"]) == (
        "VAX",
        "2",
        "test",
    )
    assert tags["reprogan.result"] == results(here)[0].key and "reprogan.pending" not in tags
    again = project(results(here), here.root)
    assert (again.made, again.there) == (0, 1) and len(runs(local(here.root))) == 1


def test_a_backfilled_run_is_what_the_stage_makes(here, other, tmp_path):
    """From git and DVC's cache alone, when the workspace has moved on."""
    here.result("gan", 5.0)
    here.result("experiment", 6.0)
    commit = here.commit(1)
    project(results(here), here.root, committed(here.root))
    before = {run.info.run_name: whole(local(here.root), run, tmp_path / run.info.run_name)
              for run in runs(local(here.root))}  # fmt: skip
    here = other()
    for folder in ("models", "samples", "metrics", "provenance"):
        shutil.rmtree(here.root / folder)
    (here.root / "dvc.lock").unlink()
    assert backfill(here.root).made == 2
    after = runs(local(here.root))
    assert before == {run.info.run_name: whole(local(here.root), run, tmp_path / f"{run.info.run_name}-2")
                      for run in after}  # fmt: skip
    assert {run.data.tags["reprogan.commit"] for run in after} == {commit}
    assert {(run.info.start_time, run.info.end_time) for run in after} == {
        (1577836800000, 1577836800000)
    }
    assert not (here.root / "models").exists() and here.git("status", "--porcelain").startswith("D")


def test_every_branch_tag_and_experiment_is_found_and_the_oldest_commit_named(here):
    """Also a branch that a merge threw away, and a commit that is reached by a tag only."""
    here.result("gan", 5.0)
    first = here.commit(1)
    here.git("checkout", "-q", "-b", "side")
    here.result("gan", 4.0)
    here.commit(2)
    here.git("checkout", "-q", "main")
    here.git("merge", "-q", "-s", "ours", "--no-edit", "side", date="2020-01-03T00:00:00Z")
    here.git("branch", "-D", "side")
    here.git("checkout", "-q", "--detach")
    here.result("cgan", 3.0)
    here.commit(4)
    here.git("tag", "paper")
    here.git("checkout", "-q", "--detach", "main")
    here.result("experiment", 2.0)
    there = here.commit(5)
    here.git("update-ref", f"refs/exps/{first[:2]}/{first[2:]}/warm-owl", there)
    here.result("experiment", 1.0)
    here.git("update-ref", "refs/exps/exec/EXEC_HEAD", here.commit(6))
    here.git("checkout", "-q", "main")
    assert backfill(here.root).made == 4
    shown = [
        (run.data.tags["reprogan.name"], run.data.metrics[FIGURE]) for run in runs(local(here.root))
    ]
    assert shown == [("gan", 5.0), ("gan", 4.0), ("cgan", 3.0), ("experiment", 2.0)]
    tags = runs(local(here.root))[-1].data.tags
    assert (tags["dvc.experiment"], tags["dvc.baseline"], tags["reprogan.commit"]) == (
        "warm-owl",
        first,
        there,
    )
    assert "dvc.experiment" not in runs(local(here.root))[0].data.tags


def test_a_run_made_before_its_commit_learns_which_it_is(here):
    here.result("gan", 5.0)
    project(results(here), here.root)
    assert "reprogan.commit" not in runs(local(here.root))[0].data.tags
    first = here.commit(1)
    (here.root / "note").write_text("x")
    here.result("cgan", 6.0)
    later = here.commit(2)
    project(results(here), here.root, Origin(commit=later))
    assert {run.data.tags["reprogan.commit"] for run in runs(local(here.root))} == {later}
    assert (lambda tally: (tally.made, tally.there))(backfill(here.root)) == (0, 2)
    assert {run.info.run_name: run.data.tags["reprogan.commit"] for run in runs(local(here.root))} == {
        "gan": first, "cgan": later,
    }  # fmt: skip


@pytest.mark.parametrize("damage", ["absent", "another"])
def test_what_the_cache_has_not_is_pending_until_it_has(here, damage):
    here.result("gan", 5.0)
    here.commit(1)
    cached = here.cached("models/gan/weights.safetensors")
    weights = cached.read_bytes()
    shutil.rmtree(here.root / "models")
    cached.unlink() if damage == "absent" else cached.write_bytes(weights + b"?")
    tally = backfill(here.root)
    (said,) = tally.pending
    assert said.startswith("gan of ") and "models/gan" in tally.pending[said] and names(here) == []
    assert any("dvc fetch --all-commits" in line for line in tally.lines("results"))
    cached.write_bytes(weights)
    assert backfill(here.root).made == 1


def test_sampled_images_and_snapshots_need_not_be_there(here):
    here.result("gan", 5.0)
    here.commit(1)
    here.cached("samples/gan.npz").unlink()
    here.cached("models/gan/snapshots/64.safetensors").unlink()
    assert backfill(here.root).made == 1


def test_figures_that_were_committed_after_their_lock_are_found_there(here):
    here.result("gan", 5.0)
    figures = (here.root / "metrics/eval/gan.json").read_bytes()
    put(here.root / "metrics/eval/gan.json", b"{}")
    first = here.commit(1)
    assert len(backfill(here.root).pending) == 1
    put(here.root / "metrics/eval/gan.json", figures)
    here.commit(2)
    assert backfill(here.root).made == 1
    assert runs(local(here.root))[0].data.tags["reprogan.commit"] == first


def test_locks_of_other_forms_stop_nothing(here):
    """Conflict markers, an empty one, one without hashes, a bomb; and results without cards."""
    for day, text in enumerate(BAD_LOCKS, 1):
        put(here.root / "dvc.lock", text.encode())
        here.commit(day)
    here.result("gan", 5.0, cards=False)
    here.commit(20)
    tally = backfill(here.root)
    assert (tally.made, tally.best) == (1, [])


def test_the_quick_reader_reads_what_the_careful_one_does(here):
    from reprogan.reading import read
    from small import ROOT

    path = here.root / "numbers.yaml"
    path.write_text(
        "stages: {a: {params: {p: {x: 1e-4, y: 2.5E+3, z: 1e5, s: '1e5', n: null, t: true}}}}\n"
    )
    assert read_lock(path.read_bytes()) == read(path)["stages"]
    assert read_lock((ROOT / "dvc.lock").read_bytes()) == read(ROOT / "dvc.lock")["stages"]


def test_a_run_that_was_cut_short_is_made_anew(here, monkeypatch):
    """A full disk in the midst; then a kill, which runs no handler at all."""
    here.result("gan", 5.0)
    here.result("lsgan", 6.0)
    log_data = writing.log_data

    def full(store, run, data):
        if store.client.get_run(run).data.tags["reprogan.name"] == "lsgan":
            raise OSError(28, "No space left on device")
        log_data(store, run, data)

    monkeypatch.setattr(writing, "log_data", full)
    with pytest.raises(
        StoreError, match=r"No space left.*\nPending in MLflow: lsgan; `reprogan sync`"
    ):
        project(results(here), here.root)
    assert [run.data.tags.get("reprogan.pending") is None for run in runs(local(here.root))] == [
        True,
        False,
    ]

    def killed(store, run, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "log_data", killed)
    with pytest.raises(KeyboardInterrupt):
        project(results(here), here.root)
    monkeypatch.setattr(writing, "log_data", log_data)
    assert project(results(here), here.root).made == 1
    assert sorted(names(here)) == ["gan", "lsgan"]
    assert not any("reprogan.pending" in run.data.tags for run in runs(local(here.root)))


RECORDS = [
    b'{"cpu": "VA', b"[1]", b"3", b"", b'{"cpu": "\xff"}', b"[" * 100_000, b'{"a%": 1}', b'{"": 1}',
    b'{"../x": 1}', b'{"' + b"x" * 300 + b'": 1}', b'{"cpu": 1' + b"0" * 5000 + b"}",
]  # fmt: skip
SPEEDS = [
    b"step,images_per_second\n5,fast\n", b"step,images_per_second\nfive,1\n", b"step,x\n5,\xff\n",
    b"step,x%\n5,1\n", b"step,x\n" + b"9" * 30 + b",1\n", b"step,x\n-1,1\n", b'step,x\n5,"' + b"1" * 200_000,
]  # fmt: skip


@pytest.mark.parametrize("content", RECORDS, ids=lambda it: repr(it[:20]))
def test_a_damaged_record_of_the_machine_is_named_and_left_out(here, capfd, content):
    """By the stage, and of any commit."""
    here.result("gan", 5.0)
    put(here.root / "provenance/train/gan.json", content)
    commit = here.commit(1)
    for bring, of in ((lambda: project(results(here), here.root), "gan"),
                      (lambda: backfill(here.root), f"gan of {commit[:9]}")):  # fmt: skip
        assert bring().made == 1
        said = capfd.readouterr().err
        assert said.startswith(f"warning: {of}: ") and said.count("\n") == 1
        assert "provenance/train/gan.json" in said and "reprogan-result-" not in said
        (run,) = runs(local(here.root))
        assert run.data.metrics[FIGURE] == 5.0 and run.data.tags["reprogan.name"] == "gan"
        assert not any(tag.startswith("provenance.") for tag in run.data.tags)
        forget(run, here)


def forget(run, here):
    from mlflow import MlflowClient

    MlflowClient(tracking_uri=local(here.root)).delete_run(run.info.run_id)


@pytest.mark.parametrize("content", SPEEDS, ids=lambda it: repr(it[-20:]))
def test_a_damaged_table_of_speeds_is_named_and_left_out(here, capfd, content):
    here.result("gan", 5.0)
    table = speed_of(scratch(), here.root / "models/gan/weights.safetensors")
    put(table, content)
    assert project(results(here), here.root).made == 1
    said = capfd.readouterr().err
    assert said.startswith("warning: gan: ") and str(table) in said
    (run,) = runs(local(here.root))
    assert "critic_gap" in run.data.metrics and "x" not in run.data.metrics


def test_a_speed_is_shown(here):
    here.result("gan", 5.0)
    table = speed_of(scratch(), here.root / "models/gan/weights.safetensors")
    put(table, b"step,images_per_second\n5,100\n9,200\n")
    project(results(here), here.root)
    assert runs(local(here.root))[0].data.metrics["images_per_second"] == 200.0


CARD = "metrics/cards/gan/final.json"
LIES = [
    ("models/gan/config.json", b"{"), ("models/gan/config.json", b"[1]"), ("models/gan/config.json", b"\xff"),
    ("models/gan/config.json", b'{"a%": 1}'), ("metrics/eval/gan.json", b"[]"),
    ("metrics/eval/gan.json", b'{"fid": 1' + b"0" * 400 + b"}"), ("metrics/eval/gan.json", b'{"f`d": 1}'),
    ("metrics/history/gan.csv", b"step,a\n1,x\n"), ("metrics/history/gan.csv", b"step,a\n,1\n"),
    ("metrics/history/gan.csv", b"\xff"), ("metrics/curves/gan.csv", b"images,a%\n1,1\n"),
    ("metrics/curves/gan.csv", b"images,a\n" + b"9" * 20 + b",1\n"), (CARD, b"{}"), (CARD, b"[]"), (CARD, b"{"),
    (CARD, b'{"figures": {"a": 1}}'), (CARD, b'{"figures": []}'), (CARD, b"\xff"),
]  # fmt: skip
"""What an output may hold that its own commit says it holds."""


@pytest.mark.parametrize(("path", "content"), LIES)
def test_a_result_that_makes_no_run_stops_no_other(here, path, content):
    """It is pending, and the file is named, as the stage says it and of any commit."""
    here.result("gan", 5.0, **{path: content})
    first = here.commit(1)
    here.result("cgan", 6.0)
    here.commit(2)
    for tally, of in (
        (project(results(here), here.root), "gan"),
        (backfill(here.root), f"gan of {first[:9]}"),
    ):
        assert tally.made + tally.there == 1 and tally.pending.keys() == {of}
        assert path in tally.pending[of] and "reprogan-result-" not in tally.pending[of]
        assert names(here) == ["cgan"]


def test_a_lock_with_a_path_that_mlflow_refuses_stops_no_other(here):
    here.result("gan", 5.0)
    here.stages["train_variant@gan"]["deps"].append({"path": "src/a%.py", "md5": "e" * 32})
    here.result("cgan", 6.0)
    tally = project(results(here), here.root)
    assert tally.made == 1 and "dvc.lock has a name" in tally.pending["gan"]


def test_words_that_no_data_base_takes_are_shown_as_far_as_they_can_be(here):
    here.result("gan", 5.0)
    put(here.root / "provenance/train/gan.json", b'{"cpu": "V\\ud800A\\u0000X"}')
    assert project(results(here), here.root).made == 1
    assert runs(local(here.root))[0].data.tags["provenance.cpu"] == "V?A?X"


def test_a_model_whose_name_mlflow_refuses_is_none(here):
    here.stages["normalize"]["params"] = {"params.yaml": {"data": {"name": "it's/a:b", "size": 8}}}
    here.result("gan", 5.0)
    tally = project(results(here), here.root)
    assert (tally.made, tally.best) == (1, [])


@pytest.mark.parametrize("key", ["a", "a.b/c d-e:f", "ä", "a..", "a" * 200])
def test_names_that_are_taken_are_those_that_mlflow_takes(key):
    """Behind a prefix, too."""
    assert named({key: 1}, Path("file")) == {key: 1}
    for prefixed in (key, f"provenance.{key}", f"figure.represent/{key}"):
        (
            _validate_metric_name(prefixed),
            _validate_param(prefixed, "1"),
            _validate_tag_name(prefixed),
        )


REFUSED = [
    "",
    ".",
    "..",
    "..a",
    "/a",
    "a/",
    "a//b",
    "./a",
    "a/../b",
    "a%",
    "a\n",
    "`a`",
    "a'b",
    "\ud800",
    "a" * 201,
]


@pytest.mark.parametrize("key", REFUSED)
def test_other_names_are_refused_before_mlflow_is_asked(key):
    with pytest.raises(ValueError, match="file has a name that MLflow does not take"):
        named({key: 1}, Path("file"))


def test_a_name_in_two_lines_is_one_question(here):
    """git is asked for one object a line; the answers stay in step."""
    here.result("gan", 5.0)
    put(here.root / "metrics/odd\nname/gan.json", b"{}")
    put(here.root / "provenance/train\n/gan.json", b"{}")
    here.commit(1)
    assert backfill(here.root).made == 1


ESCAPES = ["../../../../escaped", "/escaped", "a/../../../../escaped", "..", "a\\..\\b"]


@pytest.mark.parametrize("relpath", ESCAPES)
def test_a_listing_in_the_cache_leads_nowhere_else(tmp_path, relpath):
    cache, place = tmp_path / "cache", tmp_path / "a/b/place"
    content = b"escaped"
    md5 = hashlib.md5(content).hexdigest()
    put(cache / split(md5), content)
    listing = json.dumps([{"md5": md5, "relpath": relpath}]).encode()
    folder = hashlib.md5(listing).hexdigest() + ".dir"
    put(cache / split(folder), listing)
    place.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    if relpath == "/escaped":  # below the folder all the same
        assert from_cache("models/gan", folder, cache, place)
        assert (place / "models/gan/escaped").read_bytes() == content
    else:
        assert not from_cache("models/gan", folder, cache, place)
        assert sorted(tmp_path.rglob("*")) == before
    assert not from_cache("../models", md5, cache, place)
    assert not from_cache(str(tmp_path / "models"), md5, cache, place)
    assert not (place.parent / "models").exists() and not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    "listing", [b"{", b"[1]", b"{}x", b"[{}]", b'[{"md5": 1, "relpath": "a"}]', b'[{"relpath": "a"}]', b"3",
                b'[{"md5": "//dev/zero", "relpath": "a"}]', b"\xff", b"[" * 100_000],
)  # fmt: skip
def test_a_listing_that_is_none_is_damage(tmp_path, listing):
    folder = hashlib.md5(listing).hexdigest() + ".dir"
    put(tmp_path / "cache" / split(folder), listing)
    assert not from_cache("models/gan", folder, tmp_path / "cache", tmp_path / "place")
    with pytest.raises(ValueError, match="damaged"):
        put(tmp_path / "cache" / split(folder), listing + b" ")
        listed("models/gan", folder, tmp_path / "cache")


def test_a_cache_elsewhere_is_found_there(here):
    here.result("gan", 5.0)
    config = here.root / ".dvc/config"
    config.write_text(config.read_text() + "[cache]\n    dir = ../../elsewhere\n")
    shutil.move(here.root / ".dvc/cache", here.root.parent / "elsewhere")
    here.commit(1)
    shutil.rmtree(here.root / "models")
    assert Path(os.path.normpath(cache_of(here.root))) == here.root.parent / "elsewhere/files/md5"
    assert backfill(here.root).made == 1
