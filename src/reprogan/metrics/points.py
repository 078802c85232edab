"""Distinct features and how often each is there: a collapsed generator costs less, not more."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.floating]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Points:
    """rows: (U, D), no two of the same bits. counts: (U,). of: (N,) which row each vector is."""

    rows: Rows
    counts: Indices
    of: Indices

    @classmethod
    def distinct(cls, features: Rows) -> Points:
        """Of (N, D) features. Raises ValueError for another shape, no vector, NaN or infinity."""
        refuse(features)
        digests = [blake2b(row.tobytes(), digest_size=16).digest() for row in features]
        _, first, of, counts = np.unique(
            np.array(digests, "V16"), return_index=True, return_inverse=True, return_counts=True
        )
        return cls(features[first], counts, of)

    def __len__(self) -> int:
        """N: copies count."""
        return len(self.of)


def refuse(features: Rows) -> None:
    """Features must be (N, D) numbers."""
    if features.ndim != 2 or 0 in features.shape:
        raise ValueError(f"features must be (N, D) with N, D > 0; got {features.shape}")
    if not np.isfinite(features).all():
        raise ValueError("features must be finite numbers; got NaN or infinity")
