"""One run a result, found again by what it is; every commit and experiment without a checkout."""

import shutil

import pytest
from made import FIGURE, put
from seen import local, runs, whole

from reprogan.results import read_lock, result_of, rows_of, stages_of
from reprogan.tracking import writing
from reprogan.tracking.backfill import backfill
from reprogan.tracking.errors import StoreError
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
