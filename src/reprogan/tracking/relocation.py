"""A repository that has been moved or copied takes its sqlite store along."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlparse

from .names import STORE, STUDIES

FOLDER = "mlartifacts"
"""Where artifacts lie at a repository's root."""

COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Where MLflow keeps the absolute addresses of artifacts that we have logged."""


def former(store: Path) -> str:
    """The root that artifacts of ours were at, by this store, as a URI; empty if it is theirs now.

    Raises sqlite3.Error for a file that is no store of MLflow.
    """
    if not store.exists():
        return ""
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as base:
        rows = base.execute(
            "SELECT artifact_location FROM experiments WHERE name IN (?, ?)", (STORE, STUDIES)
        ).fetchall()
    here = store.parent / FOLDER
    return next((uri for (uri,) in rows if moved(path_of(uri), here)), "")


def moved(there: Path, here: Path) -> bool:
    """Whether what this folder held is here now; one of another name is somebody's own choice."""
    return there.name == FOLDER and there != here and (here.exists() or not there.exists())


def path_of(uri: str) -> Path:
    """The folder that a file URI names."""
    return Path(unquote(urlparse(uri).path))


def relocate(home: Path) -> str:
    """Make the store at `home` say that its artifacts are there; what was done, empty if nothing.

    All addresses below the former root change at once or not at all. A store that sqlite cannot
    read is left to MLflow, which says so.
    """
    store, new = home / "mlflow.db", (home / FOLDER).as_uri()
    try:
        old = former(store)
        if not old:
            return ""
        with closing(sqlite3.connect(store)) as base, base:
            for table, column in COLUMNS:
                base.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?)"  # noqa: S608  ours
                    f" WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                    (new, len(old) + 1, old, len(old) + 1, f"{old}/"),
                )
    except sqlite3.Error:
        return ""
    return f"mlflow: this repository was at {path_of(old).parent}; its runs are of here now"
