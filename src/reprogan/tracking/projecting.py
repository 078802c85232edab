"""The results of a dvc.lock, as the files beside it are, become runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..progress import progress
from ..results import Result, differing
from ..scratch import home, scratch
from .errors import StoreError
from .facts import facts_of
from .origin import Origin, present
from .registry import crown
from .store import opened
from .tally import Tally
from .writing import record

MEND = "`dvc checkout` (or `dvc pull`), then `reprogan sync`"
CATCH_UP = "`reprogan sync` catches up once the store can be used"


def project(results: Sequence[Result], here: Path, origin: Origin | None = None) -> Tally:
    """Make the runs that are not there yet.

    One whose outputs are not here as dvc.lock has them is pending. Raises StoreError, naming
    the results that are pending then, where the store cannot be used.
    """
    tally, left = Tally(mend=MEND), {result.name: result for result in results}
    try:
        with (
            opened(home(), scratch()) as store,
            progress("mlflow", len(results), "results", short=True) as bar,
        ):
            standings = []
            for result in results:
                if not (away := differing(result, here)):
                    facts = facts_of(result, here, scratch())
                    tally.count(record(store, facts, origin or present()))
                    standings.append(facts.tags)
                elif store.found(result.key):
                    tally.count(new=False)
                else:
                    tally.pending[result.name] = f"{', '.join(away)} not as in dvc.lock"
                del left[result.name]
                bar.advance(1)
            tally.best = crown(store, standings)
    except StoreError as error:
        names = ", ".join([*tally.pending, *left]) or "the registered models"
        raise StoreError(f"{error}\nPending in MLflow: {names}; {CATCH_UP}") from None
    return tally
