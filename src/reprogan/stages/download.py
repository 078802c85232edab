"""The `download` stage: a source's own files, verified."""

from __future__ import annotations

from pathlib import Path

from ..data.files import replacing_folder
from ..data.settings import Data
from ..data.sources import SOURCES


def download(settings: Data, out: Path) -> None:
    """Make `out` a folder with the files of `data.name` and nothing else.

    What was there is kept until all of them are verified. Raises DataError, and ConfigError for
    a `data.path` that cannot be used.
    """
    with replacing_folder(out) as folder:
        SOURCES[settings.name].fetch(settings, folder)
