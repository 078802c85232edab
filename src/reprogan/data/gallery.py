"""Encoded images in a zip become arrays; few are in memory in their own size at any time."""

from __future__ import annotations

import os
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock

import numpy as np

from ..progress import progress
from .decode import decode, quiet
from .errors import DataError
from .imageset import ImageSet
from .layout import Layout
from .pixels import Pixels, fit_one
from .settings import Data
from .split import Splits, split

Rows = list[tuple[Pixels, int]]
"""Images (C, S, S) uint8, each with its label; C may differ between them."""

SHOWN = 10
"""Names of skipped images that are told; all of them are counted."""

LARGE = 50_000
"""Bytes of an average image above which threads pay: photographs of 12 MP decode 2.3 times as fast
with 2 of them, files of 1 kB half as fast."""

MAX_THREADS = 8
"""Each holds an image in its own size, up to a GB at the limit of pixels."""


def splits(packed: zipfile.ZipFile, found: Layout, settings: Data) -> Splits:
    """Both splits, with as many channels: those asked for, or 3 if any image has color."""
    train, lost = decoded(packed, found.train, settings)
    test, lost_too = decoded(packed, found.test or [], settings)
    skipped = told([*lost, *lost_too])
    channels = max((len(pixels) for pixels, _ in (*train, *test)), default=1)
    whole = stacked(train, channels, found.classes, settings.size)
    check(whole)
    if found.test is None:
        first, second = split(whole, settings.test_share, settings.seed)
        return Splits(train=first, test=second, skipped=skipped)
    held = stacked(test, channels, found.classes, settings.size)
    return Splits(train=whole, test=held, skipped=skipped)


def decoded(
    packed: zipfile.ZipFile, names: list[tuple[str, int]], settings: Data
) -> tuple[Rows, list[str]]:
    """Readable images, and names of the others. Raises DataError unless those may be skipped."""
    rows: Rows = []
    lost: list[str] = []
    if not names:
        return rows, lost
    read = partial(picture, packed, Lock(), settings)
    workers = threads(packed)
    with (
        quiet(),
        ThreadPoolExecutor(workers) as pool,
        progress(f"decode {len(names)} images", len(names), "images") as bar,
    ):
        found = (pool.map if workers > 1 else map)(read, [name for name, _ in names])
        for (name, label), pixels in zip(names, found, strict=True):
            if pixels is None:
                lost.append(name)
            else:
                rows.append((pixels, label))
            bar.advance(1)
    return rows, lost


def picture(packed: zipfile.ZipFile, lock: Lock, settings: Data, name: str) -> Pixels | None:
    """One image as it is stored; None for one that is unreadable and may be skipped."""
    with lock:
        encoded = packed.read(name)
    try:
        return fit_one(decode(encoded), settings.channels, settings.size, settings.resize)
    except DataError as error:
        if settings.skip_corrupt:
            return None
        raise DataError(
            f"the image {name} cannot be read ({error}). Repair or remove it, or set"
            " data.skip_corrupt: true, which leaves such files out and counts them"
        ) from error


def threads(packed: zipfile.ZipFile) -> int:
    """How many images are decoded at once; the pixels do not depend on it."""
    sizes = [info.file_size for info in packed.infolist()]
    large = sum(sizes) > LARGE * len(sizes)
    return min(os.cpu_count() or 1, MAX_THREADS) if large else 1


def check(whole: ImageSet) -> None:
    """Raise DataError if skipping has left no image, or none of some class."""
    kinds = enumerate(whole.classes)
    gone = [kind for label, kind in kinds if not (whole.labels == label).any()]
    if gone or not len(whole):
        raise DataError(f"there is no readable image{' of ' if gone else ''}{', '.join(gone)}")


def told(lost: list[str]) -> int:
    """How many images were skipped, after saying which."""
    if lost:
        more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
        print(f"skipped {len(lost)} unreadable: {', '.join(lost[:SHOWN])}{more}", file=sys.stderr)
    return len(lost)


def stacked(rows: Rows, channels: int, classes: tuple[str, ...], size: int) -> ImageSet:
    """One array; gray images repeat their channel."""
    images = np.empty((len(rows), channels, size, size), np.uint8)
    for place, (pixels, _) in enumerate(rows):
        images[place] = pixels
    return ImageSet(
        images=images, labels=np.array([label for _, label in rows], np.int64), classes=classes
    )
