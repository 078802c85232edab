"""The results of a dvc.lock, as the files beside it are, become runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..progress import progress
from ..results import Result, differing
from ..scratch import home, scratch
from .errors import StoreError
from .facts import facts_of
from .origin import Origin, present
from .registry import crown
from .store import Store, opened
from .tally import Tally
from .writing import record

MEND = "`dvc checkout` (or `dvc pull`), then `reprogan sync`"
CATCH_UP = "`reprogan sync` catches up once the store can be used"


def project(results: Sequence[Result], here: Path, origin: Origin | None = None) -> Tally:
    """Make the runs that are not there yet.

    One whose outputs are not here as dvc.lock has them, or make no run, is pending. Raises
    StoreError, naming the results that are pending then, where the store cannot be used.
    """
    tally, left = Tally(mend=MEND), {result.name: result for result in results}
    try:
        with (
            opened(home(), scratch()) as store,
            progress("mlflow", len(results), "results", short=True) as bar,
        ):
            standings = []
            for result in results:
                standings.append(bring(result, here, origin or present(), store, tally))
                del left[result.name]
                bar.advance(1)
            tally.best = crown(store, standings)
    except StoreError as error:
        names = ", ".join([*tally.pending, *left]) or "the registered models"
        raise StoreError(f"{error}\nPending in MLflow: {names}; {CATCH_UP}") from None
    return tally


def bring(
    result: Result, here: Path, origin: Origin, store: Store, tally: Tally
) -> Mapping[str, str]:
    """Make its run unless it is there; the run's tags, none where that cannot be made now."""
    try:
        refuse_differing(result, here)
        facts = facts_of(result, here, scratch())
    except (OSError, ValueError) as error:
        if store.found(result.key):
            tally.count(new=False)
        else:
            tally.pending[result.name] = str(error)
        return {}
    tally.warn(result.name, facts.warnings)
    tally.count(record(store, facts, origin))
    return facts.tags


def refuse_differing(result: Result, here: Path) -> None:
    """Raise ValueError unless all outputs are here as dvc.lock has them."""
    if away := differing(result, here):
        raise ValueError(f"{', '.join(away)} not as in dvc.lock")
