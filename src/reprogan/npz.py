"""Arrays read from an npz, or what is wrong with it and which stage makes it anew."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


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
