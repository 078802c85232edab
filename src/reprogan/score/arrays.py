"""Images in an npz or npy become a pile, in whichever of the usual layouts they are."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data.errors import DataError
from ..data.imageset import POINT, UNLABELED
from ..data.pixels import fit
from ..metrics.samples import Images, Labels, draws_in, load_made, refuse_foreign
from ..npz import array_in, arrays_in
from .pile import COLORS, Fitting, Pile

Held = dict[str, npt.NDArray[Any]]


def arrays(path: Path, fitting: Fitting) -> Pile:
    """Images (N, C, S, S), (N, S, S, C) or (N, S, S) uint8, with labels (N,) if they are there.

    They are `images`, or the only array of 3 or 4 dimensions. `classes` names the labels; `draws`
    and `made` are what the sample stage says. Raises ValueError for anything else.
    """
    held = load(path)
    made = load_made(path, str(held.get("made", "{}")))
    if "failed" in made:
        raise DataError(f"{path} holds no samples, since the training failed: {made['failed']}")
    images = images_in(path, held)
    refuse_values(path, images)
    images = channels_first(path, images)
    labels = labels_in(path, held, len(images))
    draws = draws_in(path, held, len(images))
    side = images.shape[2:]
    fitted = fitted_to(path, images, fitting)
    how = f"from {side[0]} x {side[1]} to {fitting.size} ({fitting.resize})"
    color = COLORS.get(fitting.channels)
    said = {
        f"{path}: images were resized {how}": fitted.shape[2:] != side,
        f"{path}: images were made {color}": fitted.shape[1] != images.shape[1],
    }
    return Pile(
        where=str(path),
        images=fitted,
        labels=labels,
        classes=tuple(map(str, held.get("classes", np.array([])).tolist())),
        draws=draws,
        made=made,
        notes=tuple(text for text, so in said.items() if so),
    )


def load(path: Path) -> Held:
    """All arrays by name; nothing is ever unpickled. Raises DataError for a broken file."""
    try:
        return arrays_in(path) if zipfile.is_zipfile(path) else {"images": array_in(path)}
    except DataError:
        raise
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no whole npz or npy file of arrays: {error}") from None


def images_in(path: Path, held: Held) -> npt.NDArray[Any]:
    """`images`, or the only array that can be some."""
    likely = [name for name, array in held.items() if array.ndim in (3, 4)]
    name = "images" if "images" in held else likely[0] if len(likely) == 1 else None
    if name is None:
        there = ", ".join(f"{name} {array.shape}" for name, array in held.items())
        raise DataError(f"{path} must hold the array `images`; it holds {there or 'nothing'}")
    return held[name]


def refuse_values(path: Path, images: npt.NDArray[Any]) -> None:
    """There must be images, and their values bytes."""
    if images.ndim not in (3, 4):
        raise DataError(f"{path}: images must be (N, C, S, S) or (N, S, S, C); got {images.shape}")
    if not images.size:
        raise DataError(f"{path} holds no image: its array has the shape {images.shape}")
    refuse_foreign(path, images.reshape(len(images), 1, 1, -1))


def channels_first(path: Path, images: npt.NDArray[Any]) -> Images:
    """(N, C, H, W), of gray, RGB or points."""
    if images.ndim == 3:
        return images[:, None]
    if images.shape[1] in (1, 3) or images.shape[1:] == POINT:
        return images
    if images.shape[3] in (1, 3):
        return np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    raise DataError(
        f"{path}: images must have 1 (gray) or 3 (RGB) channels, (N, C, S, S) or (N, S, S, C);"
        f" got {images.shape}"
    )


def labels_in(path: Path, held: Held, count: int) -> Labels:
    """One a picture; UNLABELED where the file has none."""
    labels = held.get("labels", np.full(count, UNLABELED))
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{path}: labels must be ({count},) int64; got {labels.shape} {labels.dtype}"
        )
    return labels.astype(np.int64)


def fitted_to(path: Path, images: Images, fitting: Fitting) -> Images:
    """At the size and channels asked for; of another shape, the central square."""
    height, width = images.shape[2:]
    if height != width and fitting.size is None:
        raise DataError(
            f"{path}: images are {width} x {height}, not square: --size S takes the central square"
            " of each and resizes it to S x S"
        )
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = np.ascontiguousarray(images[:, :, top : top + side, left : left + side])
    if images.shape[1:] == POINT:
        return square
    return fit(square, fitting.channels, fitting.size or side, fitting.resize)
