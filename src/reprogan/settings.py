"""The sections of params.yaml that say how training and sampling are run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Strict, field_validator

from .component import Component, Count, Index


class Train(Component):
    """How long and on what footing a game is trained; the same for every variant.

    images: real images shown to the critic, so a budget does not depend on the batch size.
    threads: CPU threads; sums are ordered differently on another number, so it changes bits.
    history_every: steps between two rows of the history.
    snapshot_every: real images between two snapshots of the generators, which are evaluated once
    training is over: a curve, and the best checkpoint; null: none.
    """

    images: Count
    batch: Count = 64
    seed: Index = 0
    threads: Count = 1
    history_every: Count = 10
    snapshot_every: Count | None = None

    def steps(self, images: int | None = None) -> int:
        """Critic steps that show at least `images` (or the default number of) real images."""
        return -(-(self.images if images is None else images) // self.batch)


class Sample(Component):
    """What is drawn of a trained model.

    images: how many in a draw. draws: how often, each time others; figures are means over draws,
    with deviations. seed: image i is a function of (seed, i). grid: rows and columns of the
    picture.
    """

    images: Count = 5000
    draws: Count = 1
    seed: Index = 0
    grid: Count = 10


class Represent(Component):
    """What is tested of how well trained critics represent images.

    variants: whose critics, of those that `dvc repro` trains. images: at most so many training
    images to learn classes from, the first of a permutation drawn by `seed`.
    """

    variants: Annotated[tuple[str, ...], Strict(False)] = ()
    images: Count = 10_000
    seed: Index = 0

    @field_validator("variants")
    @classmethod
    def refuse_repeated(cls, variants: tuple[str, ...]) -> tuple[str, ...]:
        """A stage of dvc.yaml can stand there once only."""
        if len(set(variants)) < len(variants):
            raise ValueError("each variant must stand there once")
        return variants
