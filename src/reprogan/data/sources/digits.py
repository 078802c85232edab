"""1797 handwritten digits, 8 x 8, that scikit-learn brings along (E. Alpaydin, C. Kaynak 1998)."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ...files import replacing
from ..errors import DataError
from ..imageset import ImageSet
from ..pixels import fit
from ..remote import unpacked
from ..settings import Data
from ..source import present
from ..split import Splits, split

SHA256 = "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8"
"""Of the unpacked table, as of scikit-learn 1.9."""

LIMIT = 1_000_000
"""Bytes; the table has 264,712."""

SIDE = 8
DEEPEST = 16
"""The largest value of a pixel: how many of a 4 x 4 block's bits were set."""

FILE = "digits.csv"


class Digits:
    """Rows of 64 pixels and a class; nothing is downloaded, and the test split is drawn by seed."""

    def fetch(self, settings: Data, out: Path) -> None:
        """Unpack the installed package's table; its gzip bytes may differ between builds."""
        table = b"".join(unpacked(installed(), LIMIT))
        refuse_other(table, installed())
        with replacing(out / FILE) as file:
            file.write(table)

    def read(self, settings: Data, raw: Path) -> Splits:
        """Pixels are round(255 x / 16), so that 16 becomes 255."""
        path = present(raw / FILE)
        refuse_other(path.read_bytes(), path)
        table = np.loadtxt(path, delimiter=",", dtype=np.int64, ndmin=2)
        pixels = np.rint(table[:, :-1] * 255 / DEEPEST).astype(np.uint8)
        images = pixels.reshape(-1, 1, SIDE, SIDE)
        whole = ImageSet(
            images=fit(images, settings.channels, settings.size, settings.resize),
            labels=table[:, -1],
            classes=tuple("0123456789"),
        )
        train, test = split(whole, settings.test_share, settings.seed)
        return Splits(train=train, test=test)


def refuse_other(table: bytes, path: Path) -> None:
    """Raise DataError for another table than the one that is known."""
    found = hashlib.sha256(table).hexdigest()
    if found != SHA256:
        raise DataError(f"{path} is not the table known: SHA-256 {found}, not {SHA256}")


def installed() -> Path:
    """The packed table in scikit-learn, which is found but not imported: that takes a second."""
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise DataError("data.name digits needs scikit-learn, and it is not installed")
    return Path(spec.origin).parent / "datasets" / "data" / f"{FILE}.gz"
