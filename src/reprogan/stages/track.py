"""The track stage: every result that dvc.lock holds and MLflow does not becomes a run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..files import write
from ..progress import progress
from ..results import Result, differing, read_result
from ..scratch import home, scratch
from ..tracking import connect, exclusive, record


def track(names: Iterable[str], here: Path, out: Path | None = None) -> int:
    """Record the results of these rows, of dvc.lock and outputs under `here`; how many are new.

    A result whose outputs are not here as dvc.lock has them is left for later, and named.
    `out` lists the key of each result, and nothing that depends on the store: run ids are random.
    Raises ValueError when the store cannot be used.
    """
    from mlflow.exceptions import MlflowException

    found = [read_result(name, here / "dvc.lock") for name in names]
    results = [result for result in found if result is not None]
    try:
        made = project(results, here)
    except MlflowException as error:
        store = os.environ.get("MLFLOW_TRACKING_URI") or home() / "mlflow.db"
        raise ValueError(f"MLflow's store {store} cannot be used: {error}") from error
    if out is not None:
        keys = {result.name: result.key for result in results}
        write(out, json.dumps(keys, indent=2) + "\n")
    return made


def project(results: Sequence[Result], here: Path) -> int:
    """Make the runs that are not there yet; how many."""
    made = 0
    with exclusive(scratch()), progress("mlflow", len(results), "results") as bar:
        client, store = connect(home())
        for result in results:
            if away := differing(result, here):
                print(
                    f"{result.name}: {', '.join(away)} not as in dvc.lock; nothing is recorded."
                    " Run `dvc checkout` (or `dvc pull`), then `reprogan sync`"
                )
            else:
                made += record(client, store, result, here, scratch())
            bar.advance(1)
    print(f"{made} of {len(results)} results are new in MLflow")
    return made
