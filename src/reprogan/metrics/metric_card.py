"""The card of an evaluation: every figure with all that it takes to dispute or repeat it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Strict, ValidationError

from ..component import Component
from ..files import write
from .intake import Intake

Label = Literal["final", "best", "given"]
T = TypeVar("T")
Listed = Annotated[tuple[T, ...], Strict(False)]
"""A tuple that is a list in JSON."""


class Stated(Component):
    """One figure. Its name is STEM_EXTRACTOR_NUMBER_SPLIT, of what follows.

    value: the mean over draws, null where it is infinite. std: between draws (divisor: draws - 1),
    or from one draw; std_of: which, and how. draws: the value of each. n_real, against: the real
    images that it compares with; null and "" for none.
    """

    stem: str
    value: float | None
    std: float | None
    std_of: str
    draws: Listed[float | None]
    n_fake: int
    n_real: int | None
    against: str


class Made(Component):
    """How samples were made, as far as is known; null where it is not.

    images: real ones shown in training. train_seed, sample_seed: of either. sha256: of the pixels.
    """

    images: int | None = None
    train_seed: int | None = None
    sample_seed: int | None = None
    device: str | None = None
    sha256: str


class MetricCard(Component):
    """All figures of one set of samples.

    checkpoint: the weights that were sampled: those of the end, the best by `selected_by`, or
    unknown ones. intake: what the extractor makes of an image. reading: values between which to
    read figures. metrics: the settings of each.
    """

    version: Literal[1] = 1
    name: str
    checkpoint: Label
    selected_by: str = ""
    made: Made
    extractor: dict[str, Any]
    extractor_sha256: str
    extractor_test_accuracy: float | None
    features: int
    intake: Intake
    real_sha256: str
    split: str
    n_real: int
    n_fake: int
    draws: int
    seed: int
    metrics: dict[str, dict[str, Any]]
    figures: dict[str, Stated]
    reading: dict[str, float]
    class_histogram: dict[str, int]
    warnings: Listed[str]

    def find(self, stem: str) -> Stated | None:
        """The figure of that stem; None where there is none."""
        return next((f for f in self.figures.values() if f.stem == stem), None)

    def figure_name(self, stem: str) -> str:
        """Its whole name. Raises StopIteration where there is none."""
        return next(name for name, figure in self.figures.items() if figure.stem == stem)

    def value(self, stem: str) -> float | None:
        """Its value; None where there is none, or it is infinite."""
        found = self.find(stem)
        return None if found is None else found.value

    @property
    def fid(self) -> float:
        """What variants are ranked by."""
        value = self.value("fid")
        if value is None:
            raise ValueError(
                f"the card of {self.name} has no FID: run `evaluate {self.name}` again"
            )
        return value

    @property
    def flat(self) -> dict[str, float | int | None]:
        """Figures and their deviations by name, as `dvc metrics diff` compares them."""
        rows: dict[str, float | int | None] = {}
        for name, figure in self.figures.items():
            rows[name] = figure.value
            if figure.std is not None:
                rows[f"{name}_std"] = figure.std
        return rows

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        write(path, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, path: Path, command: str) -> MetricCard:
        """Read it back. Raises ValueError, naming `command`, when it is missing or is no card."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise ValueError(f"{path} is missing: run `{command}` first") from None
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            where = ".".join(map(str, fault["loc"]))
            raise ValueError(
                f"{path} is no metric card ({where}: {fault['msg']}): run `{command}` again"
            ) from None


def short(count: int) -> str:
    """5000 -> 5k, 359 -> 359."""
    return f"{count // 1000}k" if count and count % 1000 == 0 else str(count)
