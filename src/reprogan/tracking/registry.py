"""The best generator of each data set and protocol as a version of a registered model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from .again import again
from .names import FIGURE, MODEL, NAME, RESULT
from .store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

BEST = "best"
"""The alias of the version with the lowest figure."""

RULE = (
    "The generator with the lowest {figure} of the final checkpoint, among all results of this"
    " data set that were judged by one and the same protocol, has the alias `best`."
)


def crown(store: Store, standings: Iterable[Mapping[str, str]]) -> list[str]:
    """See to it that `best` is the best of every registered model that these tags name.

    It depends on the runs that are there, and not on their order. A sentence on each model.
    """
    figures = {tags[MODEL]: tags[FIGURE] for tags in standings if MODEL in tags}
    return [told for it in sorted(figures.items()) if (told := crowned(store, *it))]


def crowned(store: Store, model: str, figure: str) -> str:
    """Set the alias, again if somebody else has brought a better run meanwhile."""
    run, told = best(store, model, figure), ""
    while run is not None:
        version = again(partial(appoint, store.client, model, figure, run))
        name, value = run.data.tags[NAME], run.data.metrics[figure]
        told = f"models:/{model}@{BEST} is {name}, {figure} {value:g} (version {version})"
        now = best(store, model, figure)
        if now is None or now.info.run_id == run.info.run_id:
            break
        run = now
    return told


def best(store: Store, model: str, figure: str) -> Run | None:
    """The whole run with the lowest figure; among equals that of the least key."""
    runs = store.having({MODEL: model}, (f"metrics.`{figure}` ASC",))
    whole = [run for run in runs if RESULT in run.data.tags and figure in run.data.metrics]
    return min(whole, key=lambda run: (run.data.metrics[figure], run.data.tags[RESULT]),
               default=None)  # fmt: skip


def appoint(client: MlflowClient, model: str, figure: str, run: Run) -> str:
    """Give the alias to this run's version, which is made if it is not there; its number.

    A version is a reference to the run's artifacts, which nothing copies.
    """
    create(client, model, figure)
    wish = f"name = '{model}' and run_id = '{run.info.run_id}'"
    versions = client.search_model_versions(wish)
    if versions:
        version = str(min(versions, key=lambda it: int(it.version)).version)
    else:
        tags = {key: run.data.tags[key] for key in (NAME, RESULT)}
        tags |= {FIGURE: figure, figure: f"{run.data.metrics[figure]:g}"}
        made = client.create_model_version(model, run.info.artifact_uri, run.info.run_id, tags)
        version = str(made.version)
    if client.get_registered_model(model).aliases.get(BEST) != version:
        client.set_registered_model_alias(model, BEST, version)
    return version


def create(client: MlflowClient, model: str, figure: str) -> None:
    """A registered model that says its rule, unless it is there."""
    from mlflow.exceptions import MlflowException

    if client.search_registered_models(f"name = '{model}'"):
        return
    try:
        client.create_registered_model(model, {FIGURE: figure}, RULE.format(figure=figure))
    except MlflowException:  # somebody else has made it in between
        client.get_registered_model(model)
