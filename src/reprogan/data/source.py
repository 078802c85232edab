"""What a source of images is: its own files, and how they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from .errors import DataError
from .settings import Data
from .split import Splits


class Source(Protocol):
    """A row of SOURCES: the two stages' work on one kind of data."""

    def fetch(self, settings: Data, out: Path) -> None:
        """Write the source's verified files into `out`. Raises DataError, ConfigError."""

    def read(self, settings: Data, raw: Path) -> Splits:
        """What `fetch` wrote, at the settings' size and channels. Raises DataError."""


def present(path: Path) -> Path:
    """The path. Raises DataError if the download stage did not leave a file there."""
    if not path.is_file():
        raise DataError(f"{path} is missing: run the download stage first")
    return path
