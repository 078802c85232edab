"""How many images there are of each kind, and whether these are enough for a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of images. samples: of a draw. real: of the split that they are compared with.

    other: real ones that are not compared with, of which figures are read; 0 needs none. Where all
    are compared with, half of them.
    """

    samples: int = 2
    real: int = 2
    other: int = 0

    @classmethod
    def of(cls, samples: int, real: Mapping[str, int], split: str) -> Numbers:
        """There, of so many real images of each split; as `Real.apart` parts them."""
        if len(real) > 1:
            return cls(samples, real[split], real["train" if split != "train" else "test"])
        return cls(samples, real[split], real[split] // 2)

    def lacks(self, least: Numbers) -> str:
        """The first kind of which there are fewer than `least`, as words; empty for none."""
        kinds = {
            "samples": (self.samples, least.samples),
            "real images": (self.real, least.real),
            "real images to read it by (of a lone split, half)": (self.other, least.other),
        }  # fmt: skip
        short = (f"{need} {of}, got {n}" for of, (n, need) in kinds.items() if n < need)
        return next(short, "")
