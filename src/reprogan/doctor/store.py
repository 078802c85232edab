"""MLflow's store: whether it can be used, and which results it lacks."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from ..component import ConfigError
from ..config import load
from ..redaction import redacted
from ..results import Result, result_of, stages_of
from ..tracking.errors import StoreError, reaching
from ..tracking.names import RESULT, STORE
from ..tracking.patience import FIRST, patience
from ..tracking.relocation import former, path_of
from ..tracking.store import Store, connect
from .finding import Finding

SYNC = "reprogan sync"


def check_store(here: Path) -> list[Finding]:
    """What there is to say of the store in use, and of the results that are not in it."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    return check_server(uri, here) if uri else check_file(here)


def check_file(here: Path) -> list[Finding]:
    """Of mlflow.db, which is only read."""
    path = here / "mlflow.db"
    if not path.exists():
        return [Finding("mlflow", "note", "there is no mlflow.db yet", SYNC)]
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
            (state,) = store.execute("PRAGMA quick_check").fetchone()
        old = former(path)
    except sqlite3.Error as error:
        state, old = str(error), ""
    if state != "ok":
        text = f"{path} is damaged: {state}"
        return [Finding("mlflow", "fault", text, anew(path, "damaged"))]
    if old:
        text = f"its artifacts were at {path_of(old)}: this repository has been moved or copied"
        return [Finding("mlflow", "fault", text, SYNC)]
    runs = whole(path)
    lost = [uri for _, uri in runs if uri.startswith("file:") and not path_of(uri).exists()]
    if lost:
        text = f"{len(lost)} of {len(runs)} runs have lost their artifacts: no {path_of(lost[0])}"
        return [Finding("mlflow", "fault", text, anew(path, "old"))]
    keys = {key for key, _ in runs}
    return [Finding("mlflow", "good", f"{path} can be read"), *check_pending(here, keys)]


def anew(path: Path, end: str) -> str:
    """The command that puts a store aside and makes another of git and DVC's cache.

    Under a name that is free: what neither of them has any more is in no other file.
    """
    names = (f"{path}.{end}{number}" for number in ("", *range(2, 1000)))
    aside = next(name for name in names if not Path(name).exists())
    return f"{shlex.join(['mv', str(path), aside])} && {SYNC} --all"


def whole(path: Path) -> list[tuple[str, str]]:
    """The key and the address of the artifacts of each run that a sqlite store holds whole.

    None where it has no runs yet.
    """
    wish = (
        "SELECT value, artifact_uri FROM tags JOIN runs USING (run_uuid)"
        " WHERE key = ? AND lifecycle_stage = 'active'"
    )
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as store:
        try:
            return store.execute(wish, (RESULT,)).fetchall()
        except sqlite3.Error:
            return []


def check_server(uri: str, here: Path) -> list[Finding]:
    """Whether the server answers; nothing in its address that lets somebody in is shown."""
    shown = redacted(uri)
    try:
        with reaching(uri), patience(FIRST):
            client = connect(here)
            found = client.get_experiment_by_name(STORE)
            keys = set()
            if found is not None:
                store = Store(client=client, experiment=str(found.experiment_id), writer="")
                keys = {result.key for result in results(here) if store.found(result.key)}
    except StoreError as error:
        text = (
            f"{shown} does not answer as MLflow does ({error.why}); training goes on without it,"
            " and sync catches up once it does"
        )
        return [Finding("mlflow", "fault", text, SYNC)]
    return [Finding("mlflow", "good", f"{shown} answers"), *check_pending(here, keys)]


def check_pending(here: Path, keys: Iterable[str]) -> list[Finding]:
    """The results of dvc.lock that are not in the store."""
    lacking = [result.name for result in results(here) if result.key not in keys]
    if not lacking:
        return []
    return [Finding("mlflow", "note", f"pending in MLflow: {', '.join(lacking)}", SYNC)]


def results(here: Path) -> list[Result]:
    """Those of dvc.lock whose rows params.yaml still has."""
    try:
        names = load(here / "params.yaml").trained
    except ConfigError:
        return []  # said by another check
    stages = stages_of(here / "dvc.lock")
    return [result for name in names if (result := result_of(name, stages))]
