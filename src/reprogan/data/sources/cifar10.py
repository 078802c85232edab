"""CIFAR-10: 60,000 color photographs, 32 x 32, ten classes (A. Krizhevsky 2009).

Its Python version is made of pickles, which run code when they are read; this is the binary one.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

import numpy as np

from ...files import replacing
from ..archive import members
from ..errors import DataError
from ..fetch import fetch
from ..imageset import ImageSet
from ..pixels import fit
from ..remote import RemoteFile
from ..settings import Data
from ..source import present
from ..split import Splits

ARCHIVE = RemoteFile(
    name="cifar-10-binary.tar.gz",
    bases=(
        "https://www.cs.toronto.edu/~kriz/",
        "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/",
    ),
    md5="c32a1d4ab5d03f1284b67883e8d87530",
    limit=200_000_000,
)

CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
"""Bytes of an image: its class, then its red, green and blue planes."""

TRAIN = tuple(f"data_batch_{n}.bin" for n in range(1, 6))
TEST = ("test_batch.bin",)


class Cifar10:
    """The official splits, 50,000 and 10,000."""

    def fetch(self, settings: Data, out: Path) -> None:
        """Download and verify the archive, which stays packed."""
        kept = fetch(ARCHIVE, settings.mirror)
        with kept.open("rb") as file, replacing(out / ARCHIVE.name) as target:
            shutil.copyfileobj(file, target)

    def read(self, settings: Data, raw: Path) -> Splits:
        """Pixels and splits are the source's own."""
        path = present(raw / ARCHIVE.name)
        batches = {
            PurePosixPath(member.name).name: member.content
            for member in members(path, lambda name: name.endswith((*TRAIN, *TEST)))
        }
        missing = {*TRAIN, *TEST} - set(batches)
        if missing:
            raise DataError(f"{path} lacks {', '.join(sorted(missing))}")
        train, test = ([batches[name] or b"" for name in names] for names in (TRAIN, TEST))
        try:
            return Splits(train=parse(train, settings), test=parse(test, settings))
        except DataError as error:
            raise DataError(f"{path}: {error}. Run the download stage again") from None


def parse(batches: list[bytes], settings: Data) -> ImageSet:
    """Records as images. Raises DataError for a batch that does not end with a record."""
    if any(len(batch) % RECORD for batch in batches):
        raise DataError(f"a batch of {ARCHIVE.name} has no multiple of {RECORD} bytes")
    records = np.frombuffer(b"".join(batches), np.uint8).reshape(-1, RECORD)
    images = records[:, 1:].reshape(-1, *SHAPE)
    return ImageSet(
        images=fit(images, settings.channels, settings.size, settings.resize),
        labels=records[:, 0].astype(np.int64),
        classes=CLASSES,
    )
