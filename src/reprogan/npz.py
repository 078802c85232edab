"""Arrays in an npz: the same bytes each time, and read back whole or refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

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
        with path.open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            if isinstance(stored, np.lib.npyio.NpzFile):
                return dict(stored)
        fault = "a single array"
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: run the {stage} stage first") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        fault = str(error)
    raise ValueError(f"{path} is not a whole npz ({fault}): run the {stage} stage again")
