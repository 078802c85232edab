"""The store in use: MLFLOW_TRACKING_URI, else mlflow.db at the repository's root."""

from __future__ import annotations

import hashlib
import logging
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from .errors import reaching
from .names import PARENT, PENDING, RESULT, STORE, WRITER
from .patience import FIRST, LATER, patience
from .relocation import relocate

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

SOON = 2.0
"""Seconds to wait for another process without saying so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One MLflow experiment of ours. writer: names this repository among those that share it."""

    client: MlflowClient
    experiment: str
    writer: str

    def having(self, tags: dict[str, str], order: tuple[str, ...] = ()) -> list[Run]:
        """The runs that have these tags and are not deleted, at most 1000."""
        wish = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
        return list(self.client.search_runs([self.experiment], wish, order_by=list(order)))

    def found(self, key: str) -> Run | None:
        """The whole run of a result."""
        return next(iter(self.having({RESULT: key})), None)

    def drop_torn(self, key: str) -> None:
        """Delete what a kill has left of this run. Another repository's may be under way: it stays.

        This repository's lock is held, so none of its own is.
        """
        for torn in self.having({PENDING: key, WRITER: self.writer}):
            self.delete(torn.info.run_id)

    def drop_twins(self, key: str) -> None:
        """Of several whole runs of one result keep one, which is the same for all who look.

        Two clones may have made it at once; the later one to end sees both.
        """
        for twin in sorted(self.having({RESULT: key}), key=lambda run: str(run.info.run_id))[1:]:
            self.delete(twin.info.run_id)

    def delete(self, run: str) -> None:
        """A run and its children."""
        for child in self.having({PARENT: run}):
            self.client.delete_run(child.info.run_id)
        self.client.delete_run(run)


def address(home: Path) -> str:
    """The URI of the store in use."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{home / 'mlflow.db'}"


@contextmanager
def opened(home: Path, scratch: Path, name: str = STORE) -> Iterator[Store]:
    """The store, for one process of this repository at a time; experiment `name` is made if needed.

    Raises StoreError where it cannot be used, at any moment until the end; for a server that does
    not answer after seconds.
    """
    with exclusive(scratch), reaching(address(home)):
        if said := relocate(home):
            print(said, file=sys.stderr)
        with patience(FIRST):
            client = connect(home)
            found = client.get_experiment_by_name(name)
        with patience(LATER):
            yield Store(client=client, experiment=settle(client, found, name, home),
                        writer=writer(home))  # fmt: skip


@contextmanager
def exclusive(scratch: Path) -> Iterator[None]:
    """One process at a time: the first use of a sqlite store by several at once destroys it."""
    scratch.mkdir(parents=True, exist_ok=True)
    lock = FileLock(scratch / "mlflow.lock")
    try:
        lock.acquire(timeout=SOON)
    except Timeout:
        print("mlflow: waiting for another process of this repository", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def connect(home: Path) -> MlflowClient:
    """A client of the store in use; nothing is sent to a server yet."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    from mlflow import MlflowClient

    logging.getLogger("mlflow").setLevel(logging.WARNING)  # it tells of tables and of waiting
    return MlflowClient(tracking_uri=address(home))


def settle(client: MlflowClient, found: Any, name: str, home: Path) -> str:  # noqa: ANN401
    """The id of our experiment, which is made, or taken back from the deleted ones, if needed."""
    from mlflow.exceptions import MlflowException

    if found is None:
        # Without a location, a local store takes the directory that its creator happened to be in.
        local = not os.environ.get("MLFLOW_TRACKING_URI")
        place = (home / "mlartifacts").as_uri() if local else None
        try:
            return str(client.create_experiment(name, artifact_location=place))
        except MlflowException:
            found = client.get_experiment_by_name(name)
            if found is None:  # nobody else has made it in between
                raise
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def writer(home: Path) -> str:
    """A name for this repository that tells nothing of machine or path.

    The store at the root has one writer only, wherever the repository is moved.
    """
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return "here"
    return hashlib.sha256(f"{uuid.getnode()} {home}".encode()).hexdigest()[:12]
