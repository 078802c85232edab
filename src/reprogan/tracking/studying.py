"""The studies of a repository become parent runs, and their trials child runs."""

from __future__ import annotations

from pathlib import Path

from ..progress import progress
from ..scratch import home, scratch
from .errors import StoreError
from .names import STUDIES
from .origin import Origin
from .projecting import CATCH_UP
from .revisions import committed
from .store import Store, opened
from .study import Told, told
from .tally import Tally
from .writing import begin, finish


def project_studies(folder: Path) -> Tally:
    """Make the runs of every study in this folder that has been run to its end.

    One that is not whole, or damaged, is pending. Raises StoreError where the store cannot be used.
    """
    tally, ready = Tally(), list[tuple[Told, Origin]]()
    for lock in sorted(folder.glob("*/dvc.lock")):
        try:
            study = told(lock.parent)
            ready.append((study, committed(lock.parent, lock.name)))
        except (OSError, ValueError) as error:
            tally.pending[f"study {lock.parent.name}"] = str(error)
    if not ready:
        return tally
    try:
        with opened(home(), scratch(), STUDIES) as store:
            for study, origin in ready:
                tally.count(record_study(store, study, origin))
    except StoreError as error:
        raise StoreError(f"{error}\nStudies are pending in MLflow; {CATCH_UP}") from None
    return tally


def record_study(store: Store, study: Told, origin: Origin) -> bool:
    """Make the parent and all children, unless they are there; true when they were made.

    The parent is whole last, so that a study that was cut short is deleted and made anew.
    """
    parent = study.parent
    if store.found(parent.key):
        return False
    store.drop_torn(parent.key)
    run = begin(store, parent, origin)
    with progress(f"mlflow: {parent.name}", len(study.trials), "trials", short=True) as bar:
        for trial in study.trials:
            finish(store, begin(store, trial, origin, parent=run), trial, origin)
            bar.advance(1)
    finish(store, run, parent, origin)
    store.drop_twins(parent.key)
    return True
