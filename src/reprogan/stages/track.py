"""The track stage: every result that dvc.lock holds and MLflow does not becomes a run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from ..files import write
from ..results import result_of, stages_of
from ..tracking.errors import StoreError
from ..tracking.projecting import project


def track(names: Iterable[str], here: Path, out: Path) -> None:
    """Record the results of these rows, of dvc.lock and outputs under `here`.

    `out` lists the key of each result, and nothing that depends on the store: run ids are random.
    A store that cannot be used stops nothing: what is pending is said, and left to `sync`.
    """
    stages = stages_of(here / "dvc.lock")
    results = [result for name in names if (result := result_of(name, stages))]
    try:
        for line in project(results, here).lines("results"):
            print(line)
    except StoreError as error:
        print(f"warning: {error}", file=sys.stderr)
    keys = {result.name: result.key for result in results}
    write(out, json.dumps(keys, indent=2) + "\n")
