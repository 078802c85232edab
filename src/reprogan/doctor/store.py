"""MLflow's store: whether it can be read, and whether its artifacts are where it says."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlparse

from ..tracking import STORE
from .finding import Finding


def check_store(here: Path) -> list[Finding]:
    """One finding about the store in use."""
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    if uri:
        return [check_server(uri)]
    path = here / "mlflow.db"
    if not path.exists():
        text = "there is no mlflow.db yet"
        return [Finding("mlflow", "note", text, "reprogan sync")]
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            (state,) = store.execute("PRAGMA quick_check").fetchone()
            rows = store.execute(
                "SELECT artifact_location FROM experiments WHERE name = ?", (STORE,)
            ).fetchall()
    except sqlite3.Error as error:
        state, rows = str(error), []
    if state != "ok":
        mend = f"mv {path} {path}.damaged && reprogan sync"
        return [Finding("mlflow", "fault", f"{path} is damaged: {state}", mend)]
    for (location,) in rows:
        root = Path(unquote(urlparse(location).path))
        if root != here / "mlartifacts":
            text = (
                f"its artifacts are at {root}, not here: this repository has been moved or copied"
            )
            mend = f"mv {path} {path}.moved && reprogan sync"
            return [Finding("mlflow", "fault", text, mend)]
    return [Finding("mlflow", "good", f"{path} can be read")]


def check_server(uri: str) -> Finding:
    """Whether the server answers; its password is not shown."""
    import requests

    parts = urlparse(uri)
    shown = uri.replace(f"{parts.netloc.rpartition('@')[0]}@", "") if "@" in parts.netloc else uri
    if parts.scheme not in ("http", "https"):
        return Finding("mlflow", "good", f"MLFLOW_TRACKING_URI is {shown}")
    try:
        answer = requests.get(f"{uri.rstrip('/')}/health", timeout=5)
        answer.raise_for_status()
    except requests.RequestException as error:
        text = f"{shown} does not answer ({type(error).__name__}); training goes on without it"
        return Finding("mlflow", "fault", text, "reprogan sync, once it does")
    return Finding("mlflow", "good", f"{shown} answers")
