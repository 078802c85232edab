"""The `download` stage: a source's own files, verified."""

from __future__ import annotations

from pathlib import Path

from ..data.errors import DataError
from ..data.settings import Data
from ..data.sources import SOURCES
from ..files import replacing_folder


def download(settings: Data, out: Path) -> None:
    """Make `out` a folder with the files of `data.name` and nothing else.

    What was there is kept until all of them are verified. Raises DataError, and ConfigError for
    a `data.path` that cannot be used. A folder in `out` is refused: no download has put it there.
    """
    if out.is_dir() and any(inner.is_dir() for inner in out.iterdir()):
        raise DataError(f"{out} holds folders, so no download wrote it: it will not be replaced")
    with replacing_folder(out) as folder:
        SOURCES[settings.name].fetch(settings, folder)
