"""A file or folder appears complete or not at all, and a disk that takes none is named."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

FULL = {errno.ENOSPC, errno.EDQUOT}
"""The system's numbers for "no space left on device" and "disk quota exceeded"."""


class UnwritableError(OSError):
    """A file or folder cannot be written; says which, and why."""


class DiskFullError(UnwritableError):
    """There was no room; says for what, and how much is free."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path` and move into place at the end; a failure leaves what was there.

    Raises DiskFullError when the disk is full, and UnwritableError when it is read-only; the
    unfinished file is removed.
    """
    part = unfinished(path)
    try:
        with naming_full_disk(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        with suppress(OSError):  # a read-only disk has been named, and holds none
            part.unlink()


def write(path: Path, content: bytes | str) -> None:
    """The whole content or nothing; text is UTF-8."""
    with replacing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `path` at the end; a failure leaves what was there.

    So no file of an earlier source stays behind in it. Whoever looks finds one of them whole, or,
    for a moment, neither.
    """
    part, old = unfinished(path), unfinished(path.with_name(f"{path.name}.old"))
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    try:
        with naming_full_disk(path):
            part.mkdir(parents=True)
            yield part
            if path.exists():
                path.replace(old)
            part.replace(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def unfinished(path: Path) -> Path:
    """Where a file or folder is until it is whole: a name that DVC and git are told to ignore."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def naming_full_disk(path: Path) -> Iterator[None]:
    """Turn the system's "no space left" into a DiskFullError with the path and what is free.

    And "read-only" into an UnwritableError.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.EROFS:
            raise UnwritableError(f"{path} could not be written: {error.strerror}") from error
        if error.errno not in FULL:
            raise
        raise DiskFullError(
            f"{path} could not be written: {error.strerror}; {megabytes(free(path))} are free"
            " there. Nothing half-written was kept: free some space and run it again"
        ) from error


def refuse_unwritable(*folders: Path) -> None:
    """Raise UnwritableError for a folder that takes no file, or cannot be made, before hours pass.

    Nothing is left behind, no new folder either.
    """
    for folder in folders:
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        try:
            with TemporaryFile(dir=there, prefix=".", suffix=".part") as file:
                file.write(b"?")
                file.flush()
        except OSError as error:
            raise UnwritableError(
                f"{folder} cannot be written: {error.strerror} ({there}). Nothing was computed yet"
            ) from error


def free(path: Path) -> int:
    """Bytes free on the disk that `path` is, or would be, on."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    return shutil.disk_usage(there).free


def megabytes(size: int) -> str:
    """A number of bytes for people, in units of 10^6."""
    return f"{size / 1e6:,.1f} MB"
