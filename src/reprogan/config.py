"""The only reader of params.yaml: one frozen, typed value, or an error that names what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, ValidationError, field_validator, model_validator

from .component import Component, ConfigError, Count, Index, explain, unknown
from .data.settings import Data
from .games import AnyGame
from .losses import AnyObjective
from .metrics.settings import Evaluate
from .networks import AnyNetworks
from .optimizers import AnyOptimizer
from .reading import read
from .settings import Represent, Sample, Train
from .tricks import TRICKS, AnyTricks
from .unlabeled import refuse_unlabeled
from .variant import Variant

EXPERIMENT = "experiment"
"""The name of the run that the top-level keys describe, beside those of `variants`."""


TAKEN = {EXPERIMENT, "reference"}
"""Names under which something else is written into models/."""


class Loss(Component):
    """A row of `losses`: all that a loss's name stands for in its paper.

    critic_norm: the networks' unless their row states one; null leaves it to them.
    generator_optimizer: null is the same as the critic's.
    """

    objective: AnyObjective
    tricks: AnyTricks = ()
    n_critic: Count = 1
    critic_norm: Literal["none", "batch", "layer"] | None = None
    optimizer: AnyOptimizer
    generator_optimizer: AnyOptimizer | None = None


class Row(Component):
    """A row of `variants`: a row of `losses`, networks and a game, and what departs from them.

    n_critic, objective, optimizer, generator_optimizer: null takes the loss row's.
    tricks: come after the loss row's; one of the same name replaces it.
    images: the budget; null takes `train.images`, 0 leaves the networks as they are drawn.
    labels: training images whose class may be known, chosen by the seed, evenly; null: all.
    """

    loss: str
    n_critic: Count | None = None
    networks: AnyNetworks
    game: AnyGame
    tricks: AnyTricks = ()
    objective: AnyObjective | None = None
    optimizer: AnyOptimizer | None = None
    generator_optimizer: AnyOptimizer | None = None
    images: Index | None = None
    labels: Count | None = None


class Params(Row):
    """All of params.yaml. The top-level keys are the experiment, a row like those of `variants`.

    variants: what `dvc repro` trains. beyond: rows of the same form, trained by name or in studies.
    seeds: with which a study trains each row of both.
    """

    data: Data
    train: Train
    sample: Sample
    evaluate: Evaluate
    represent: Represent = Represent()
    losses: dict[str, Loss]
    variants: dict[str, Row]
    beyond: dict[str, Row] = {}
    seeds: Annotated[tuple[Index, ...], Strict(False), Field(min_length=1)] = (0, 1, 2)

    @property
    def rows(self) -> dict[str, Row]:
        """Every run by its name, the experiment first."""
        own = {key: getattr(self, key) for key in Row.model_fields}
        return {EXPERIMENT: Row.model_construct(**own), **self.variants, **self.beyond}

    @property
    def trained(self) -> list[str]:
        """The runs that `dvc repro` trains, the experiment first."""
        return [EXPERIMENT, *self.variants]

    def place(self, name: str) -> str:
        """The key at which a row stands; none for the experiment."""
        table = "beyond" if name in self.beyond else "variants"
        return "" if name == EXPERIMENT else f"{table}.{name}"

    def row(self, name: str) -> Row:
        """The run of that name. Raises ConfigError with the valid names."""
        if name not in self.rows:
            raise ConfigError(unknown("variant", name, self.rows))
        return self.rows[name]

    def variant(self, name: str) -> Variant:
        """The resolved variant: what its loss row says, overridden by what its own row says."""
        row = self.row(name)
        loss = self.losses[row.loss]
        networks = row.networks
        if loss.critic_norm is not None and "critic_norm" not in networks.model_fields_set:
            networks = networks.model_copy(update={"critic_norm": loss.critic_norm})
        tricks = {trick.name: trick for trick in (*loss.tricks, *row.tricks)}
        critic = row.optimizer or loss.optimizer
        return Variant(
            game=row.game,
            networks=networks,
            objective=row.objective or loss.objective,
            tricks=tuple(tricks.values()),
            n_critic=row.n_critic or loss.n_critic,
            critic_optimizer=critic,
            generator_optimizer=(
                row.generator_optimizer
                or (None if row.optimizer else loss.generator_optimizer)
                or critic
            ),
        )

    @field_validator("seeds")
    @classmethod
    def refuse_repeated(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        """A seed that counted twice would make a spread too small."""
        if len(set(seeds)) < len(seeds):
            raise ValueError("each seed must stand there once")
        return seeds

    @model_validator(mode="after")
    def refuse_what_cannot_be_built(self) -> Params:
        """Every row must name a loss and be able to make images of the size."""
        if taken := sorted(TAKEN & self.variants.keys() | self.beyond.keys() & TAKEN):
            raise ValueError(f"variants: {', '.join(taken)}: such a name is taken; choose another")
        if twice := sorted(self.variants.keys() & self.beyond.keys()):
            raise ValueError(f"beyond: {', '.join(twice)}: such a name is in variants already")
        for name, row in self.rows.items():
            where = f"{place}." if (place := self.place(name)) else ""
            if not re.fullmatch(r"[a-z0-9_]+", name):
                raise ValueError(f"variants: a name is made of a-z, 0-9 and _; got {name!r}")
            if row.loss not in self.losses:
                raise ValueError(f"{where}loss: {unknown('loss', row.loss, self.losses)}")
            try:
                variant = self.variant(name)
                variant.check(self.data.size, self.train.batch)
                check_labels(row, variant)
                check_length(self.train.steps(row.images), variant)
            except ValueError as fault:
                hint = f" (without this row: -S '~{place}')" if place else ""
                raise ValueError(f"{where}{fault}{hint}") from None
        by = self.evaluate.select
        if self.train.snapshot_every and by == "validation" and not self.data.validation_share:
            raise ValueError(
                "evaluate.select: validation is empty, since data.validation_share is 0; raise it,"
                " select by train, or set train.snapshot_every to null"
            )
        for name in self.represent.variants:
            if name not in self.trained:
                raise ValueError(f"represent.variants: {unknown('variant', name, self.trained)}")
            if self.row(name).game.critic_told_by == "input":
                raise ValueError(
                    f"represent.variants: the critic of {name} is told the class for which it would"
                    " be tested; leave it out"
                )
        refuse_unlabeled(self, self.trained)
        return self


def check_labels(row: Row, variant: Variant) -> None:
    """Refuse `labels` where nothing reads the known ones apart, and where all classes are told."""
    if row.labels and not any(trick.few_labels for trick in variant.tricks):
        valid = ", ".join(name for name, trick in TRICKS.items() if trick.few_labels)
        raise ValueError(f"labels: is for tricks that learn from a few known ones; valid: {valid}")


def check_length(steps: int, variant: Variant) -> None:
    """Refuse a training that is over before its generators act; 0 steps train nobody."""
    if 0 < steps < variant.begins:
        raise ValueError(
            f"n_critic, tricks: the generators would have their first turn in step"
            f" {variant.begins}, and the training has {steps}"
        )


def load(path: Path) -> Params:
    """Read and check all of params.yaml. Raises ConfigError; nothing has been run by then."""
    return parse(read(path), path)


def parse(raw: Mapping[str, Any], path: Path) -> Params:
    """A mapping as read from `path` into checked values. Raises ConfigError with every fault."""
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path} cannot be used:\n{explain(error, raw)}") from None
