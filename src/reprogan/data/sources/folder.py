"""A user's own images: a folder or an archive, with or without classes and a test split."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ...component import ConfigError
from ...files import replacing
from ..archive import FAULTS, SUFFIXES, members
from ..errors import DataError
from ..gallery import splits
from ..layout import layout
from ..member import is_image
from ..meter import meter
from ..settings import Data
from ..source import present
from ..split import Splits

FILE = "images.zip"
"""One file instead of thousands, which DVC adds, checks out and pushes many times faster."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the earliest that a zip can name, so that bytes repeat."""


class Folder:
    """The encoded images as they are, in one zip; decoded when they are normalized."""

    def fetch(self, settings: Data, out: Path) -> None:
        """Pack the images, not compressed a second time; the layout is checked at once."""
        path = existing(settings.path)
        names: list[str] = []
        folders: list[str] = []
        with (
            replacing(out / FILE) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed,
            meter(f"pack the images of {path}", None, "file") as bar,
        ):
            for member in members(path, is_image):
                (folders if member.folder else names).append(member.name)
                if member.content is not None:
                    packed.writestr(header(member.name), member.content)
                bar.update()
            layout(names, str(path), folders)

    def read(self, settings: Data, raw: Path) -> Splits:
        """The tree's own test split, or one by seed; skipped images are counted."""
        path = present(raw / FILE)
        try:
            with zipfile.ZipFile(path) as packed:
                return splits(packed, layout(packed.namelist(), str(path)), settings)
        except DataError:
            raise
        except FAULTS as error:
            raise DataError(f"{path} is broken ({error}): run the download stage again") from error


def existing(name: str) -> Path:
    """The folder or archive that data.path names. Raises ConfigError with what is valid."""
    path = Path(name)
    if not path.exists():
        raise ConfigError(f"data.path {name!r} does not exist: name a folder or archive of images")
    if path.is_file() and not path.name.lower().endswith(SUFFIXES):
        raise ConfigError(
            f"data.path {name!r} is no archive known; valid: a folder, {', '.join(SUFFIXES)}"
        )
    return path


def header(name: str) -> zipfile.ZipInfo:
    """A member's description, the same on every machine."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info
