"""Data sets in the IDX format of MNIST: four gzip files, with an official test split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from ...files import replacing
from ..errors import DataError
from ..fetch import fetch
from ..imageset import ImageSet
from ..pixels import fit
from ..remote import RemoteFile, unpacked
from ..settings import Data
from ..source import present
from ..split import Splits

UBYTE = b"\0\0\x08"
"""How an IDX file of unsigned bytes begins (LeCun); the number of dimensions follows."""

LIMIT = 50_000_000
"""Bytes; the training images have 47,040,016, and gzip adds next to nothing."""


@dataclass(frozen=True, kw_only=True)
class Idx:
    """files: by part, {train, test} x {images, labels}; classes: in the order of the labels."""

    files: dict[str, RemoteFile]
    classes: tuple[str, ...]

    def fetch(self, settings: Data, out: Path) -> None:
        """Download, verify and unpack: the same bytes, whichever mirror they come from."""
        for file in self.files.values():
            packed = fetch(file, settings.mirror)
            with replacing(out / unpacked_name(file)) as target:
                target.writelines(unpacked(packed, file.limit))

    def read(self, settings: Data, raw: Path) -> Splits:
        """Pixels and splits are the source's own."""
        return Splits(
            train=self.part("train", settings, raw), test=self.part("test", settings, raw)
        )

    def part(self, name: str, settings: Data, raw: Path) -> ImageSet:
        """The images of a split with their labels."""
        images = parse(raw / unpacked_name(self.files[f"{name} images"]), 3)
        labels = parse(raw / unpacked_name(self.files[f"{name} labels"]), 1)
        try:
            return ImageSet(
                images=fit(images[:, None], settings.channels, settings.size, settings.resize),
                labels=labels.astype(np.int64),
                classes=self.classes,
            )
        except DataError as error:
            raise DataError(f"{raw}: {name}: {error}. Run the download stage again") from None


def idx_files(
    *, bases: tuple[str, ...], md5: dict[str, str], md5_of: Literal["file", "payload"]
) -> dict[str, RemoteFile]:
    """The four files, which have the same names in every such data set."""
    names = {
        "train images": "train-images-idx3-ubyte.gz",
        "train labels": "train-labels-idx1-ubyte.gz",
        "test images": "t10k-images-idx3-ubyte.gz",
        "test labels": "t10k-labels-idx1-ubyte.gz",
    }
    return {
        part: RemoteFile(name=name, bases=bases, md5=md5[part], md5_of=md5_of, limit=LIMIT)
        for part, name in names.items()
    }


def unpacked_name(file: RemoteFile) -> str:
    """The name of what the gzip file holds."""
    return file.name.removesuffix(".gz")


def parse(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """An IDX file of unsigned bytes as an array. Raises DataError if it is anything else."""
    found = np.fromfile(present(path), np.uint8)
    header = 4 + 4 * dimensions
    shape = [int.from_bytes(found[i : i + 4].tobytes()) for i in range(4, header, 4)]
    begin = UBYTE + bytes([dimensions])
    if found[:4].tobytes() != begin or found.size - header != int(np.prod(shape, dtype=object)):
        raise DataError(
            f"{path} is no IDX file of {dimensions} dimensions, or is truncated:"
            f" {found.size} bytes. Run the download stage again"
        )
    return found[header:].reshape(shape)
