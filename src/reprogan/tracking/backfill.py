"""Every result of every commit, tag and DVC experiment becomes a run, without a checkout."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..progress import progress
from ..results import Result, read_lock, result_of, rows_of
from ..scratch import home, scratch
from .cached import cache_of
from .errors import StoreError
from .facts import Facts, facts_of
from .laying import lay
from .names import COMMIT
from .objects import Objects
from .origin import Origin
from .projecting import CATCH_UP
from .registry import crown
from .revisions import revisions
from .store import Store, opened
from .tally import Tally
from .writing import record

if TYPE_CHECKING:
    from mlflow.entities import Run

MEND = "`dvc fetch --all-commits` brings what a remote has, then `reprogan sync --all`"


@dataclass(slots=True)
class Past:
    """A result and the commits whose dvc.lock holds it, the first of them first."""

    result: Result
    origins: list[Origin] = field(default_factory=list)


def backfill(here: Path) -> Tally:
    """Make the runs that are not there yet. Raises StoreError where the store cannot be used.

    A result is pending where neither git nor DVC's cache has what its run would hold, whole.
    """
    tally, origins = Tally(mend=MEND), revisions(here)
    order = {origin.commit: place for place, origin in enumerate(origins)}
    with Objects(here) as objects:
        known = past(objects, origins)
        try:
            with (
                opened(home(), scratch()) as store,
                progress("mlflow", len(known), "results", short=True) as bar,
            ):
                filling = Filling(store, objects, cache_of(here), order, tally)
                standings = []
                for each in known:
                    standings.append(filling.bring(each))
                    bar.advance(1)
                tally.best = crown(store, standings)
        except StoreError as error:
            left = len(known) - tally.made - tally.there
            raise StoreError(f"{error}\n{left} results are pending in MLflow; {CATCH_UP}") from None
    return tally


def past(objects: Objects, origins: Sequence[Origin]) -> list[Past]:
    """All results, the oldest first."""
    known: dict[str, Past] = {}
    read: dict[bytes, list[Result]] = {}
    for origin in origins:
        lock = objects.read(origin.commit, "dvc.lock") or b""
        if lock not in read:
            stages = read_lock(lock)
            read[lock] = [it for name in rows_of(stages) if (it := result_of(name, stages))]
        for result in read[lock]:
            known.setdefault(result.key, Past(result)).origins.append(origin)
    return list(known.values())


@dataclass(frozen=True, slots=True)
class Filling:
    """What it takes to bring a result into the store. order: commit -> its place in time."""

    store: Store
    objects: Objects
    cache: Path
    order: Mapping[str, int]
    tally: Tally

    def bring(self, each: Past) -> Mapping[str, str]:
        """Make its run unless it is there; the run's tags, none where it is pending."""
        first = each.origins[0]
        run = self.store.found(each.result.key)
        if run is not None:
            self.tally.count(new=False)
            self.name_commit(run, first)
            return dict(run.data.tags)
        label, why = f"{each.result.name} of {first.commit[:9]}", ""
        for origin in each.origins:
            with tempfile.TemporaryDirectory(prefix="reprogan-result-") as folder:
                try:
                    facts = self.facts(each.result, origin.commit, Path(folder))
                except (OSError, ValueError) as error:
                    why = str(error).replace(f"{folder}/", "")
                    continue
                self.tally.warn(label, [it.replace(f"{folder}/", "") for it in facts.warnings])
                self.tally.count(record(self.store, facts, first))
                return facts.tags
        self.tally.pending[label] = why
        return {}

    def facts(self, result: Result, commit: str, place: Path) -> Facts:
        """Those of a result as this commit has it, laid out in a folder.

        Raises ValueError where not all of it can be had, or a file of it is damaged.
        """
        if lacking := lay(result, commit, self.objects, self.cache, place):
            raise ValueError(f"neither git nor DVC's cache has its {', '.join(lacking)}")
        return facts_of(result, place, scratch())

    def name_commit(self, run: Run, first: Origin) -> None:
        """Tag a run with the first commit, unless an earlier one, or one unknown here, is named."""
        named = run.data.tags.get(COMMIT)
        here = self.order[first.commit]
        if named is None or self.order.get(named, here) > here:
            for tag, value in first.tags.items():
                self.store.client.set_tag(run.info.run_id, tag, value)
