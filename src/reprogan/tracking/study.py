"""All that a parent run says of a study, and a child run of each of its trials."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..component import ConfigError
from ..config import Params, load
from ..results import Stages, hashes, md5_of, stages_of
from ..study.plan import Plan
from .facts import Facts, flat, named, points_of, read_json
from .names import FAILED, SEED, STUDY

JOINS = ("judge", "summary")
"""Stages after which a study is complete."""

MEANS = ("fid_mean", "fid_sd")
"""Columns of the summary that the parent shows for each row."""


class IncompleteStudyError(ValueError):
    """A study that has not been run to its end, or whose files are not those of its dvc.lock."""


@dataclass(frozen=True, slots=True)
class Told:
    """A study as facts: of itself and of each trial."""

    parent: Facts
    trials: list[Facts]


def told(folder: Path) -> Told:
    """The facts of studies/NAME. Raises IncompleteStudyError, which says what lacks.

    Weights and samples of trials stay with DVC: everything that is told is in git.
    """
    stages, name = stages_of(folder / "dvc.lock"), folder.name
    trials = {stage.partition("@")[2]: entry for stage, entry in stages.items()
              if stage.startswith(("trial@", "trial_beyond@"))}  # fmt: skip
    refuse_incomplete(folder, stages)
    cards = {path.stem: read_json(path) for path in sorted((folder / "metrics/cards").glob("*"))}
    outs = {label: hashes(trials.get(label, {}), "outs") for label in cards}
    key = key_of([name, outs, [hashes(stages[join], "outs") for join in JOINS]])
    params = settings(folder)
    children = []
    for label, card in cards.items():
        row, _, seed = label.rpartition("-")
        tags = {STUDY: name, SEED: seed} | ({FAILED: card["failed"]} if "failed" in card else {})
        children.append(Facts(
            key=key_of([key, label]), name=label, tags=tags,
            metrics=figures(card, folder / "metrics/cards" / f"{label}.json"),
            params=planned(params, row, trials.get(label, {})) | {"train.seed": seed},
            points=points_of(folder / "metrics/history" / f"{label}.csv"),
            artifacts=[(folder / "metrics/cards" / f"{label}.json", "")], failed="failed" in card,
            data=images(trials.get(label, {})),
        ))  # fmt: skip
    return Told(parent_of(folder, key, children, params), children)


def refuse_incomplete(folder: Path, stages: Stages) -> None:
    """Raise IncompleteStudyError unless its joins have been run and their files are here."""
    lacking = [join for join in JOINS if join not in stages]
    if lacking:
        raise IncompleteStudyError(
            f"its dvc.lock has no {' and no '.join(lacking)}; run `reprogan study {folder.name}`"
        )
    shown = {path: md5 for stage, entry in stages.items()
             if stage in JOINS or stage.startswith("trial")
             for path, md5 in hashes(entry, "outs").items()
             if path.startswith(("metrics/", "reports"))}  # fmt: skip
    away = [path for path, md5 in shown.items() if md5_of(folder / path) != md5]
    if away:
        raise IncompleteStudyError(
            f"{', '.join(away[:3])} not as in its dvc.lock; run `git checkout {folder}`, or"
            f" `reprogan study {folder.name}`"
        )


def settings(folder: Path) -> Params | None:
    """Its params.yaml, laid over the root's; None where this code cannot use it any more."""
    try:
        return load(folder / "params.yaml")
    except ConfigError:
        return None


def planned(params: Params | None, row: str, entry: Mapping[str, Any]) -> dict[str, str]:
    """The resolved plan of a row, if it is still that which the trial was made by; else nothing."""
    if params is None or row not in params.rows:
        return {}
    text = Plan.of(params, row).text
    md5 = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    if hashes(dict(entry), "deps").get(f"plan/rows/{row}.json") != md5:
        return {}
    return {key: str(value) for key, value in flat(json.loads(text)).items()}


def images(entry: Mapping[str, Any]) -> dict[str, str]:
    """What a trial has learned from, by its hash."""
    deps = hashes(dict(entry), "deps")
    return {path: md5 for path, md5 in deps.items() if path.startswith("data/")}


def figures(card: Mapping[str, Any], path: Path) -> Mapping[str, float]:
    """Values and deviations of a card; those that are infinite are left to the artifact.

    Raises ValueError, which names the card, where it is none.
    """
    rows: dict[str, float | None] = {}
    try:
        for name, figure in card.get("figures", {}).items():
            rows |= {name: figure["value"], f"{name}_std": figure["std"]}
        known = {name: float(value) for name, value in rows.items() if value is not None}
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"{path} is no metric card: {error!r}") from None
    return named(known, path)


def parent_of(folder: Path, key: str, children: list[Facts], params: Params | None) -> Facts:
    """The study itself: its summary as artifacts, and the mean and spread of each row's FID."""
    means = means_of(folder / "reports" / "summary.csv")
    counts = {"trials": len(children), "failed": sum(child.failed for child in children)}
    stated = {} if params is None else {
        "data.name": params.data.name, "data.size": params.data.size,
        "seeds": list(params.seeds), "train.images": params.train.images,
    }  # fmt: skip
    files = [folder / "params.yaml", *sorted((folder / "reports").glob("*"))]
    return Facts(
        key=key, name=folder.name, tags={STUDY: folder.name},
        params={name: str(value) for name, value in stated.items()},
        metrics={**means, **{name: float(count) for name, count in counts.items()}},
        artifacts=[(path, "") for path in files],
    )  # fmt: skip


def means_of(summary: Path) -> Mapping[str, float]:
    """What the parent shows of a summary. Raises ValueError, which names it, where it is none."""
    try:
        with summary.open(newline="", encoding="utf-8") as file:
            means = {
                f"{column}/{line['variant']}": float(line[column])
                for line in csv.DictReader(file)
                for column in MEANS
                if line[column]
            }
    except (ValueError, LookupError, TypeError, csv.Error) as error:
        raise ValueError(f"{summary} is no summary of a study: {error!r}") from None
    return named(means, summary)


def key_of(facts: Any) -> str:  # noqa: ANN401  whatever JSON takes
    """A hash of all that makes it what it is."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]
