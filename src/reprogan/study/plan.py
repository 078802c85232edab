"""All that a trial depends on beside its code, its data and its seed: one file for each row."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from ..component import Component, Count, Index, explain
from ..config import Params
from ..reading import parse_json
from ..settings import Sample, Train
from ..variant import Variant


class Plan(Component):
    """How one row is trained and sampled with whatever seed.

    steps: of the critic. labels: training images whose class may be known; null: all.
    """

    variant: Variant
    train: Train
    steps: Index
    labels: Count | None
    sample: Sample

    @classmethod
    def of(cls, params: Params, name: str) -> Plan:
        """The plan for a row of `params`."""
        row = params.row(name)
        return cls(
            variant=params.variant(name),
            train=params.train.model_copy(update={"seed": 0}),  # a trial's own takes its place
            steps=params.train.steps(row.images),
            labels=row.labels,
            sample=params.sample,
        )

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read back `text`. Raises ValueError when the file is missing or damaged."""
        try:
            raw = parse_json(path.read_bytes())
            return cls.model_validate(raw)
        except FileNotFoundError:
            raise ValueError(
                f"{path} is missing: run the plan stage first, in a folder of studies"
            ) from None
        except ValidationError as error:
            fault = explain(error, raw if isinstance(raw, dict) else {})
        except ValueError as error:
            fault = str(error)
        raise ValueError(f"{path} is no plan: run the plan stage again\n{fault}")

    @property
    def text(self) -> str:
        """The plan as JSON."""
        raw = {**self.model_dump(mode="json"), "variant": self.variant.dump()}
        return json.dumps(raw, indent=2) + "\n"
