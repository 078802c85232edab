"""Arrays in an npz: the same bytes each time, and read back whole or refused."""

from __future__ import annotations

import io
import lzma
import math
import sys
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from .data.bounds import QUOTED, check_total

SUFFIX = ".npy"
"""What the names of an npz's entries end in."""

FAULTS = (
    *(OSError, ValueError, EOFError, SyntaxError, TypeError, LookupError, ArithmeticError),
    *(RuntimeError, TokenError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
"""What Python and numpy raise over files that are broken."""

UNIX = 3
"""The system that a zip's entries say they come from, on whatever it was written."""


def to_npz(**arrays: npt.ArrayLike) -> bytes:
    """What `np.load` reads, of arrays that hold no objects.

    `np.savez` streams, and how zip headers of streamed entries look depends on Python's version:
    here each size is known before its header is written.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as file:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)
            head = zipfile.ZipInfo(f"{name}.npy")
            head.create_system = UNIX
            file.writestr(head, entry.getbuffer())
    return content.getvalue()


def read_npz(path: Path, stage: str) -> dict[str, npt.NDArray[Any]]:
    """All arrays of a file that `stage` wrote; nothing is ever unpickled.

    Raises ValueError naming the stage when the file is missing, torn, or no npz.
    """
    try:
        return arrays_in(path)
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: run the {stage} stage first") from None
    except ValueError as error:
        fault = f"{path} is not a whole npz ({error}): run the {stage} stage again"
        raise ValueError(fault) from None


def arrays_in(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an npz by name, none larger than what stands in the file.

    Raises ValueError for anything else, and FileNotFoundError.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            check_total(sum(info.file_size for info in packed.infolist()), path)
            return {
                info.filename.removesuffix(SUFFIX): entry_of(packed, info)
                for info in packed.infolist()
            }
    except FileNotFoundError:
        raise
    except FAULTS as error:
        raise ValueError(str(error)[:QUOTED] or type(error).__name__) from None


def array_in(path: Path) -> npt.NDArray[Any]:
    """The array of an npy. Raises ValueError for anything else, and FileNotFoundError."""
    try:
        with path.open("rb") as file:
            refuse_other_size(file, path.stat().st_size)
            file.seek(0)
            array: npt.NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
            refuse_no_characters(array)
            return array
    except FileNotFoundError:
        raise
    except FAULTS as error:
        raise ValueError(str(error)[:QUOTED] or type(error).__name__) from None


def entry_of(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """The array of one entry, whose checksum is verified at its end."""
    if not info.filename.endswith(SUFFIX):
        raise ValueError(f"{info.filename!r} is no array")
    with packed.open(info) as entry:
        refuse_other_size(entry, info.file_size)
    with packed.open(info) as entry:
        array: npt.NDArray[Any] = np.lib.format.read_array(entry, allow_pickle=False)
        entry.read(1)
    refuse_no_characters(array)
    return array


def refuse_no_characters(array: npt.NDArray[Any]) -> None:
    """Raise ValueError for texts of numbers that are no characters; Python cannot hold them."""
    if array.dtype.kind == "U":
        codes = np.frombuffer(array.tobytes(), np.dtype("u4").newbyteorder(array.dtype.byteorder))
        if codes.size and codes.max() > sys.maxunicode:
            raise ValueError(f"it holds the number {codes.max():#x} in the place of a character")


def refuse_other_size(entry: IO[bytes], size: int) -> None:
    """Raise ValueError where an array of `size` bytes says that it has more, or fewer.

    numpy would take the room that it asks for before it reads on.
    """
    version = np.lib.format.read_magic(entry)
    known = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in known:
        raise ValueError(f"version {version} of npy is not known")
    shape, _, kind = known[version](entry)
    if kind.hasobject:
        raise ValueError("it holds Python objects, which are not read")
    if math.prod(shape) * kind.itemsize != size - entry.tell() or min(shape, default=0) < 0:
        raise ValueError(f"an array says that it is {shape} {kind}, and has {size} bytes")
