"""The track stage: every result that dvc.lock holds and MLflow does not becomes a run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..files import write
from ..progress import progress
from ..scratch import home, scratch
from ..tracking import connect, exclusive, read_result, record


def track(names: Iterable[str], here: Path, out: Path | None = None) -> int:
    """Record the results of these rows, of dvc.lock and outputs under `here`; how many are new.

    `out` lists the key of each result, and nothing that depends on the store: run ids are random.
    """
    found = [read_result(name, here / "dvc.lock") for name in names]
    results = [result for result in found if result is not None]
    with exclusive(scratch()), progress("mlflow", len(results), "results") as bar:
        client, store = connect(home())
        made = 0
        for result in results:
            made += record(client, store, result, here, scratch())
            bar.advance(1)
    print(f"{made} of {len(results)} results are new in MLflow")
    if out is not None:
        keys = {result.name: result.key for result in results}
        write(out, (json.dumps(keys, indent=2) + "\n"))
    return made
