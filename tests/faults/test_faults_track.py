"""kill -9 while results go into MLflow: one whole run of each in the end, and no torn one."""

import hashlib
import sqlite3
import time

import pytest
from campaign import chances, some
from forked import Counted, Killed, stage
from undisturbed import files_of, remove

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


def recorded(place):
    """Of each run that counts: parameters, metrics, and the content of its artifacts."""
    with sqlite3.connect(place / "mlflow.db") as store:
        runs = store.execute(
            "SELECT t.value, r.run_uuid, r.name, r.status FROM runs r JOIN tags t USING (run_uuid)"
            " WHERE t.key = 'reprogan.result' AND r.lifecycle_stage = 'active'"
        ).fetchall()
        found = []
        for key, run, name, status in runs:
            of_run = "WHERE run_uuid = ? ORDER BY key"
            params = store.execute(f"SELECT key, value FROM params {of_run}", (run,)).fetchall()
            metrics = store.execute(
                f"SELECT key, step, value FROM metrics {of_run}, step", (run,)
            ).fetchall()
            files = {
                file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                for file in (place / "mlartifacts").glob(f"**/{run}/artifacts/**/*")
                if file.is_file()
            }
            found.append((key, name, status, params, metrics, files))
    store.close()
    return sorted(found, key=lambda row: row[:2])


def forget_runs(place):
    with sqlite3.connect(place / "mlflow.db") as store:
        store.execute("UPDATE runs SET lifecycle_stage = 'deleted'")
    store.close()


@pytest.mark.parametrize("how", ["change", "moment"])
def test_one_whole_run_of_each_result(undisturbed, place, how, record_property):
    outs, made = undisturbed.stages["track"], undisturbed.made("track")
    store, count = place / "mlflow.db", place.parent / "count"
    store.unlink()
    stage(place, "track").well()
    whole = recorded(place)
    assert len(whole) == 2 and all(row[2] == "FINISHED" and row[5] for row in whole)
    forget_runs(place)
    began = time.monotonic()
    stage(place, "track", fault=Counted(0, count)).well()
    seconds, kills = time.monotonic() - began, 0
    numbers = range(1, int(count.read_text()) + 1) if how == "change" else range(1000)
    moments = some(numbers, "track", how)
    chances("track", how).shuffle(moments)
    for turn, moment in enumerate(moments):
        if turn < 2:
            store.unlink(missing_ok=True)  # it is killed in the making of the store, too
        else:
            forget_runs(place)
        remove(place, outs)
        print(f"track: kill -9 at {how} {moment} of {numbers.stop}")
        if how == "change":
            ended = stage(place, "track", fault=Killed(moment))
        else:
            ended = stage(place, "track", kill_after=seconds * moment / 1000)
        kills += ended.killed
        stage(place, "track").well()
        assert recorded(place) == whole
        assert files_of(place, outs) == made
    record_property("kill -9", kills)
    assert kills
