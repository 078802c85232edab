"""Samples as the `sample` stage writes them, checked against the images they imitate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..npz import read_npz
from ..reading import parse_json
from .metric_card import Made

Labels = npt.NDArray[np.int64]
Images = npt.NDArray[np.uint8]

UNCONDITIONAL = -1
"""The label of a sample whose generator was told no class."""


@dataclass(frozen=True, eq=False)
class Samples:
    """images: (draws * n, C, S, S) uint8 in [0, 255], draw by draw. labels: the classes asked for.

    made: what is known of how they were made; `failed` in it: why there are none.
    """

    images: Images
    labels: Labels
    draws: int = 1
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> str:
        """How the training ended that left none."""
        return str(self.made.get("failed", ""))


def load_samples(path: Path) -> Samples:
    """Samples as the stage `sample` wrote them, or anybody's npz of images and, maybe, labels.

    Raises ValueError when the file is missing or damaged, or holds other arrays.
    """
    arrays = read_npz(path, "sample")
    if "images" not in arrays:
        raise ValueError(f"{path} must hold `images`; it holds {', '.join(arrays) or 'nothing'}")
    images = arrays["images"]
    refuse_foreign(path, images)
    labels = arrays.get("labels", np.full(len(images), UNCONDITIONAL))
    if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"{path}: labels must be ({len(images)},) int64; got {labels.shape} {labels.dtype}"
        )
    draws = draws_in(path, arrays, len(images))
    made = load_made(path, str(arrays.get("made", "{}")))
    return Samples(images, labels.astype(np.int64), draws, made)


def draws_in(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]], images: int) -> int:
    """How many draws of as many images each they are; one where a file does not say.

    Raises ValueError where they cannot be so many.
    """
    said = arrays.get("draws", np.int64(1))
    if said.size != 1 or not np.issubdtype(said.dtype, np.integer):
        raise ValueError(f"{path}: draws must be one integer; got {said.shape} {said.dtype}")
    draws = int(said.item())
    if draws < 1 or images % draws:
        raise ValueError(f"{path}: {images} images are not {draws} draws of as many each")
    return draws


def load_made(path: Path, text: str) -> dict[str, Any]:
    """What a file says of how its samples were made. Raises ValueError where it says nothing."""
    try:
        raw: dict[str, Any] = parse_json(text)
        if "failed" not in raw:
            Made.model_validate({**raw, "sha256": ""})
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path}: `made` does not say how samples were made: {error}") from None
    return raw


def refuse_foreign(path: Path, images: npt.NDArray[np.generic]) -> None:
    """Only bytes are compared with bytes; floats are told what is wrong with them."""
    if np.issubdtype(images.dtype, np.floating) and not np.isfinite(images).all():
        raise ValueError(f"{path}: images hold NaN or infinity: the generator has diverged")
    if images.dtype != np.uint8:
        raise ValueError(
            f"{path}: images must be uint8 in [0, 255], rounded from (x + 1) * 127.5;"
            f" got {images.dtype}"
        )
    if images.ndim != 4:
        raise ValueError(f"{path}: images must be (N, C, S, S); got {images.shape}")


def refuse_unlike(
    path: Path, images: Images, labels: Labels, shape: tuple[int, int], classes: int
) -> None:
    """Samples must be images like the real ones, (channels, size), two or more, of known classes.

    Raises ValueError with the bad value and the valid one.
    """
    channels, size = shape
    if images.shape[1:] != (channels, size, size):
        raise ValueError(
            f"{path}: samples are {images.shape[1:]}, the real images {(channels, size, size)}:"
            " train on the data that the reference was made of"
        )
    if len(images) < 2:
        raise ValueError(f"{path}: figures need at least 2 samples; got {len(images)}")
    if not UNCONDITIONAL <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"{path}: labels must be in [{UNCONDITIONAL}, {classes - 1}];"
            f" got [{labels.min()}, {labels.max()}]"
        )
