"""The real commands on a small real repository: what reruns, what is equal, what is found again."""

import io
import json
import os
import re
import shutil
import signal
import time
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image
from repository import EXPERIMENT, JOINS, ROWS, TESTED, fresh

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("pipeline"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
]

FID = "fid_classifier_200_test"


def wait_for(happens, seconds=120.0):
    """Until it has happened; no longer than so many seconds."""
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it has not happened"
        time.sleep(0.01)


def test_repro_makes_everything_and_again_nothing(mine):
    assert mine.ran("repro") == []
    assert mine.run("git", "status", "--porcelain") == ""
    for name in ("experiment", *ROWS):
        figures = mine.json(f"metrics/eval/{name}.json")
        final, best = (mine.json(f"metrics/cards/{name}/{it}.json") for it in ("final", "best"))
        assert figures[FID] == final["figures"][FID]["value"] > 0
        assert (final["n_fake"], final["draws"], final["split"]) == (200, 2, "test")
        assert len(final["figures"][FID]["draws"]) == 2 and figures[f"{FID}_std"] > 0
        assert figures[f"best_{FID}"] == best["figures"][FID]["value"]
        assert figures["best_images"] == best["made"]["images"]
        curve = (mine.root / f"metrics/curves/{name}.csv").read_text("utf-8").splitlines()
        assert [line.split(",")[0] for line in curve] == ["images", "512", "1024", "1280"]
        assert (mine.root / f"samples/{name}.png").read_bytes()[:4] == b"\x89PNG"
        assert {p.name for p in (mine.root / "models" / name).iterdir()} == {
            "weights.safetensors",
            "config.json",
            "snapshots",
        }
    board = (mine.root / "metrics/leaderboard.csv").read_text("utf-8").splitlines()
    assert len(board) == 1 + 1 + len(ROWS)
    assert (mine.root / "reports/samples.png").exists()


def test_twice_from_scratch_and_in_parallel_give_the_same_lock(done, tmp_path):
    """`reprogan zoo` leaves what a serial `dvc repro` leaves, to the byte, tracked files included."""
    other = fresh(tmp_path / "zoo")
    output = other.reprogan("zoo", "--jobs", "2")
    assert "leaderboard" in output and "mlflow ui" in output
    assert other.lock() == done.lock()
    assert other.ran("repro") == []
    for path in (done.root / "metrics").rglob("*.*"):
        assert (other.root / path.relative_to(done.root)).read_bytes() == path.read_bytes(), path


def test_the_zoo_stops_on_ctrl_c_and_goes_on(done, tmp_path):
    """SIGINT to the zoo alone: running stages save, dvc.lock stays whole, and the same command ends it."""
    other = fresh(tmp_path / "zoo")
    process = other.start("python", "-m", "reprogan", "zoo", "-j", "2", REPROGAN_SAVE_EVERY="0")
    scratch = other.root / ".dvc/tmp/reprogan/checkpoints"
    wait_for(lambda: list(scratch.glob("*/*.safetensors")))
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 130 and "the same command goes on" in output, output
    output = other.reprogan("zoo", "-j", "2")
    assert other.lock() == done.lock() and not list(scratch.glob("*/*"))
    lines = [
        line.split()[0] for line in output.splitlines() if " done " in line or "up to date" in line
    ]
    assert sorted(lines) == sorted(
        ["download", "normalize", "reference", "experiment", *ROWS, *JOINS]
    )


def test_the_zoo_tells_why_a_stage_failed(tmp_path):
    other = fresh(tmp_path / "zoo")
    path = other.root / "params.yaml"
    path.write_text(path.read_text("utf-8").replace("name: digits", "name: folder", 1), "utf-8")
    output = other.reprogan("zoo", "-j", "2", ok=False)
    assert "download" in output and "failed" in output and "Traceback" not in output
    assert "images holds no" in output or "no images" in output, output


def test_another_loss_reruns_the_experiment_and_the_joins_only(mine):
    ran = mine.ran("exp", "run", "-S", "loss=wgan_gp", "--name", "gp")
    assert sorted(ran) == sorted(EXPERIMENT + JOINS)
    assert mine.json("models/experiment/config.json")["variant"]["n_critic"] == 5
    metrics = json.loads(mine.dvc("metrics", "diff", "--json"))
    changed = metrics["metrics/eval/experiment.json"][FID]
    assert changed["old"] != changed["new"]
    params = json.loads(mine.dvc("params", "diff", "--json"))
    assert params["params.yaml"]["loss"] == {"old": "non_saturating", "new": "wgan_gp"}
    plots = json.loads(mine.dvc("plots", "diff", "--json"))
    assert not plots.get("errors"), plots["errors"]
    assert {"losses of the experiment", "metrics/history/cgan.csv"} <= plots["data"].keys()
    assert "gp" in mine.dvc("exp", "show", "--csv")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("loss=wgan_pg", "'losses.wgan_pg' are missing"),
        ("networks.name=dcgam", "Did you mean 'dcgan'"),
    ],
)
def test_after_a_wrong_parameter_two_commands_lead_back(mine, wrong, words):
    """DVC keeps what -S has set, and has removed what the stage makes before it refuses to run it."""
    before = mine.lock()
    assert words in mine.dvc("exp", "run", "-S", wrong, ok=False)
    mine.run("git", "checkout", "params.yaml")
    assert mine.ran("repro") == [] and mine.lock() == before
    assert mine.run("git", "status", "--porcelain") == ""


def test_another_variant_row_reruns_that_variant_only(mine):
    ran = mine.ran("exp", "run", "-S", "variants.cgan.images=640")
    assert sorted(ran) == sorted([f"{step}_variant@cgan" for step in EXPERIMENT] + JOINS)


def test_another_test_of_critics_reruns_that_and_makes_another_result(mine):
    ran = mine.ran("exp", "run", "-S", "represent.images=300")
    assert sorted(ran) == sorted([TESTED, "track"])
    assert mine.json("metrics/represent/ns_gan.json")["n_train"] == 300
    assert len(runs(mine)) == 1 + len(ROWS) + 1
    assert mine.ran("exp", "run", "-S", "represent.variants=[]") == []


def test_an_unused_loss_row_reruns_nothing_but_its_users(mine):
    assert mine.ran("exp", "run", "-S", "losses.hinge.n_critic=3") == []


def test_a_typo_is_refused_and_nothing_is_lost(mine):
    before = mine.lock()
    text = mine.dvc("exp", "run", "-S", "loss=wgan_pg", ok=False)
    assert "losses.wgan_pg" in text
    mine.run("git", "checkout", "params.yaml")
    text = mine.dvc("exp", "run", "-S", "networks.name=dcgam", ok=False)
    assert "unknown name 'dcgam'" in text and "Did you mean 'dcgan'" in text
    mine.run("git", "checkout", "params.yaml")
    (mine.root / "params.yaml").write_text(
        (mine.root / "params.yaml").read_text("utf-8").replace("history_every", "history_evry", 1),
        "utf-8",
    )
    text = mine.dvc("repro", ok=False)
    assert "unknown key 'history_evry'" in text and "Did you mean 'history_every'" in text
    assert mine.lock() == before
    mine.run("git", "checkout", "params.yaml")
    assert mine.ran("repro") == []


def test_temp_runs_find_the_parents_store(mine):
    mine.dvc(
        "exp",
        "run",
        "--temp",
        "-S",
        "loss=wgan",
        "-S",
        "+tricks.average.decay=0.9",
        "-S",
        "game.conditional=true",
        "--name",
        "aside",
    )
    assert mine.run("git", "status", "--porcelain") == ""
    assert "aside" in mine.dvc("exp", "show", "--csv")
    assert len(runs(mine)) == 1 + len(ROWS) + 1


def test_the_queue_and_a_temp_run_take_one_new_store_into_use_at_once(mine):
    """Three processes, and nobody has made it: one whole run of each result is in it in the end."""
    (mine.root / "mlflow.db").unlink()
    shutil.rmtree(mine.root / "mlartifacts")
    mine.dvc("exp", "run", "--queue", "-S", "loss=wgan,least_squares", "-S", "n_critic=1,2")
    temp = mine.start("dvc", "exp", "run", "--temp", "-S", "loss=hinge", "--name", "aside")
    mine.run("bash", "-c", "dvc queue start -j 2 > .dvc/tmp/workers 2>&1")
    said = temp.communicate()[0]
    assert temp.returncode == 0, said
    wait_for(lambda: not re.search("Running|Queued", mine.dvc("queue", "status")), 420)
    status = mine.dvc("queue", "status")
    assert status.count("Success") == 4, status
    found = [run.data.tags["reprogan.result"] for run in runs(mine)]
    assert len(found) == len(set(found)) == 4 + 1 + len(ROWS)
    losses = {(run.data.params["loss"], run.data.params["variant.n_critic"]) for run in runs(mine)}
    assert losses >= {(loss, n) for loss in ("wgan", "least_squares") for n in ("1", "2")}
    mine.dvc("queue", "stop", "--kill")


def runs(repository):
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{repository.root / 'mlflow.db'}")
    store = client.get_experiment_by_name("reprogan")
    assert store is not None
    return client.search_runs([store.experiment_id])


def test_mlflow_has_one_whole_run_a_result(mine):
    rows = {run.data.tags["reprogan.name"]: run for run in runs(mine)}
    assert rows.keys() == {"experiment", *ROWS} and len(runs(mine)) == len(rows)
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{mine.root / 'mlflow.db'}")
    for name, run in rows.items():
        assert run.data.metrics[FID] == mine.json(f"metrics/eval/{name}.json")[FID]
        assert (
            run.data.params["train.batch"] == "64"
            and run.data.params["variant.n_critic"] == "1"
            and run.info.status == "FINISHED"
        )
        tested = name == "ns_gan"
        assert {f.path for f in client.list_artifacts(run.info.run_id)} == {
            "weights.safetensors", "config.json", "final.json", "best.json", f"{name}.json",
            f"{name}.png", "memorization.png", "provenance",
            *(["represent"] if tested else []),
        }  # fmt: skip
        assert ("represent/l2svm_accuracy_pixels" in run.data.metrics) is tested
        assert len(client.get_metric_history(run.info.run_id, "critic_gap")) == 4
        assert client.get_metric_history(run.info.run_id, "images_per_second")
        assert run.data.tags["dvc.in.data/normalized"].endswith(".dir")
        assert [d.dataset.source_type for d in run.inputs.dataset_inputs] == ["dvc"]
    assert "0 of 3 results are new" in mine.reprogan("sync")
    assert len(runs(mine)) == 3
    assert {
        frozenset(run.data.params)
        for run in rows.values()
        if run.data.params["variant.networks.name"] == "mlp"
    }
    assert {run.data.params["loss"] for run in rows.values()} == {"non_saturating"}


def test_sync_records_only_what_is_here_as_dvc_lock_has_it(mine):
    """Not another training's weights under this result's key; and a deleted experiment comes back."""
    from mlflow import MlflowClient

    (mine.root / "mlflow.db").unlink()
    weights = mine.root / "models/cgan/weights.safetensors"
    weights.chmod(0o644)
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + b"?")
    (mine.root / "samples/ns_gan.npz").unlink()
    output = mine.reprogan("sync")
    assert "cgan: models/cgan not as in dvc.lock" in output and "samples/ns_gan.npz" in output
    assert "1 of 3 results are new" in output
    client = MlflowClient(tracking_uri=f"sqlite:///{mine.root / 'mlflow.db'}")
    client.delete_experiment(client.get_experiment_by_name("reprogan").experiment_id)
    mine.dvc("checkout", "--force")
    assert "2 of 3 results are new" in mine.reprogan("sync") and len(runs(mine)) == 3
    text = mine.run("python", "-m", "reprogan", "sync", ok=False, MLFLOW_TRACKING_URI="http://127.0.0.1:9",
                    MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")  # fmt: skip
    assert "http://127.0.0.1:9 cannot be used" in text and "Traceback" not in text


def test_a_killed_repro_goes_on(mine):
    """kill -9 of DVC and of the training, then the same command: the same lock as without."""
    before = mine.lock()
    process = mine.start(
        "dvc", "repro", "--force", "--single-item", "train", REPROGAN_SAVE_EVERY="0"
    )
    scratch = mine.root / ".dvc/tmp/reprogan/checkpoints"
    wait_for(lambda: list(scratch.glob("*/*.safetensors")))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert list(scratch.glob("*/*.safetensors")), "it was over before it could be killed"
    assert "experiment: going on from step" in mine.dvc(
        "repro", "--force", "--single-item", "train"
    )
    assert mine.lock() == before and not list(scratch.glob("*/*"))


def test_a_user_s_own_archive(mine):
    """Tracked by `dvc add`, flat, in color, of mixed sizes and without labels."""
    random = np.random.default_rng(0)
    with ZipFile(mine.root / "images/own.zip", "w") as archive:
        for k in range(60):
            content = io.BytesIO()
            pixels = random.integers(0, 256, (20 + k % 3, 24, 3), np.uint8)
            Image.fromarray(pixels).save(content, "PNG")
            archive.writestr(f"{k}.png", content.getvalue())
    mine.dvc("add", "images/own.zip")
    mine.commit("own images")
    own = ["-S", "data.name=folder", "-S", "data.path=images/own.zip", "-S", "data.size=16"]
    text = mine.dvc("exp", "run", *own, ok=False)
    assert "Add: -S '~variants.cgan' -S 'represent.variants=[]'" in text
    mine.run("git", "checkout", "params.yaml", "dvc.lock")
    own += ["-S", "~variants.cgan", "-S", "represent.variants=[]"]
    text = mine.dvc("exp", "run", *own, "reference", ok=False)
    assert "Without labels" in text and "random_features" in text
    mine.run("git", "checkout", "params.yaml", "dvc.lock")
    ran = mine.ran("exp", "run", *own, "-S", "evaluate.extractor.name=random_features")
    assert {"reference", "train_variant@ns_gan", "leaderboard"} <= set(ran)
    assert mine.json("metrics/data.json")["channels"] == 3
    assert mine.json("metrics/eval/experiment.json")["fid_random_features_200_test"] > 0
    assert mine.ran("repro") == []


def test_stages_run_before_their_inputs_say_which_comes_first(tmp_path):
    empty = fresh(tmp_path / "empty")
    for stage, word in (
        ("normalize", "download"), ("reference", "normalize"), ("train", "normalize"), ("sample", "train"),
        ("evaluate", "sample"), ("leaderboard", "evaluate"), ("represent", "normalize"),
    ):  # fmt: skip
        text = empty.run("python", "src/run.py", stage, ok=False)
        assert "Error:" in text and word in text and "Traceback" not in text, f"{stage}: {text}"
