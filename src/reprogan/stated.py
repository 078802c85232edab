"""What config.json beside a model's weights says: all that it takes to build the model again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Strict, ValidationError

from .component import Component, Count, Index, explain
from .reading import parse_json
from .settings import Train
from .variant import Shape, Variant


class Images(Component):
    """Images (channels, size, size), of so many classes; 0 when they are unlabeled."""

    channels: Count
    size: Count
    classes: Index = 0


class Stated(Component):
    """The configuration of a training, as the train stage resolved it.

    shape: of the images, and `classes` the names of theirs. steps: of the critic. labels: training
    images whose class may be known; null: all.
    """

    variant: Variant
    shape: Images
    classes: Annotated[tuple[str, ...], Strict(False)]  # a list in JSON
    train: Train
    steps: Index
    labels: Count | None = None

    @property
    def images(self) -> Shape:
        """The shape, as games are built by it."""
        return Shape(**self.shape.model_dump())

    @classmethod
    def load(cls, path: Path) -> Stated:
        """Read it. Raises ValueError when it is missing, damaged or of another version."""
        try:
            raw = parse_json(path.read_bytes())
        except FileNotFoundError:
            raise ValueError(f"{path} not found: train this variant first") from None
        except ValueError as error:
            raise ValueError(f"{path} is not JSON ({error}): train this variant again") from None
        try:
            stated = cls.model_validate(raw)
            stated.variant.check(stated.shape.size, stated.train.batch)
        except ValidationError as error:
            fault = explain(error, raw if isinstance(raw, dict) else {})
        except ValueError as error:
            fault = f"  {error}"
        else:
            return stated
        raise ValueError(f"{path} is of another version, or damaged: train it again\n{fault}")
