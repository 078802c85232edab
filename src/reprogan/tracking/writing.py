"""A run of MLflow, made of facts: whole, or torn and known to be."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..redaction import redacted
from .again import again
from .facts import Facts
from .names import NAME, PARENT, PENDING, RESULT, WRITER
from .origin import Origin
from .store import Store

AT_ONCE = {"metrics": 1000, "params": 100, "tags": 100}
"""What MLflow takes in one request."""

TEXT = 5000
"""Characters of a parameter or tag, within MLflow's own limit."""


def record(store: Store, facts: Facts, origin: Origin) -> bool:
    """Make the run of a result unless it is there; true when it was made.

    One that is there gets the tags that it lacks, of a commit or of a registered model.
    """
    made = store.found(facts.key)
    if made is not None:
        complete(store, made, {**facts.tags, **origin.tags})
        return False
    store.drop_torn(facts.key)
    finish(store, begin(store, facts, origin), facts, origin)
    store.drop_twins(facts.key)
    return True


def complete(store: Store, run: Any, tags: Mapping[str, str]) -> None:  # noqa: ANN401
    """Set those of our own tags that a run has not."""
    for key, value in tags.items():
        if key.startswith("reprogan.") and key not in run.data.tags:
            store.client.set_tag(run.info.run_id, key, value)


def begin(store: Store, facts: Facts, origin: Origin, parent: str = "") -> str:
    """A run with everything that it is to say, marked as not whole yet; its id."""
    from mlflow.entities import Metric, Param, RunTag

    when = origin.when or now()
    tags = {PENDING: facts.key, NAME: facts.name, WRITER: store.writer, **origin.tags}
    tags |= {PARENT: parent} if parent else {}
    client = store.client
    run = str(client.create_run(store.experiment, when, tags, facts.name).info.run_id)
    said = {
        "params": [Param(key, shown(value)) for key, value in facts.params.items()],
        "tags": [RunTag(key, shown(value)) for key, value in facts.tags.items()],
        "metrics": [Metric(key, value, when, 0) for key, value in facts.metrics.items()]
        + [Metric(key, value, when, step) for key, value, step in facts.points],
    }
    for kind, items in said.items():
        for some in batches(items, AT_ONCE[kind]):
            client.log_batch(run, **{kind: some})
    log_data(store, run, facts.data)
    for path, folder in facts.artifacts:
        client.log_artifact(run, str(path), folder or None)
    return run


def finish(store: Store, run: str, facts: Facts, origin: Origin) -> None:
    """Say that a run is whole: the tag by which it is found is the last thing but one."""
    store.client.set_terminated(run, "FAILED" if facts.failed else "FINISHED", origin.when or now())
    store.client.set_tag(run, RESULT, facts.key)
    store.client.delete_tag(run, PENDING)


def log_data(store: Store, run: str, data: Mapping[str, str]) -> None:
    """Data sets as inputs of a run, by DVC's hashes; nothing of them is read."""
    from mlflow.entities import Dataset, DatasetInput

    inputs = [
        DatasetInput(Dataset(path, md5[:36], "dvc", json.dumps({"path": path, "md5": md5})))
        for path, md5 in data.items()
    ]
    again(lambda: store.client.log_inputs(run, inputs))


def shown(value: str) -> str:
    """A text as MLflow may keep it: without secrets, whole characters only, and not too long."""
    return redacted(value).encode("utf-8", "replace").decode().replace("\0", "?")[:TEXT]


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Pieces of at most `size`."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)
