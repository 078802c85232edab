"""A file or folder appears complete or not at all, and a full disk is named."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

FULL = {errno.ENOSPC, errno.EDQUOT}
"""The system's numbers for "no space left on device" and "disk quota exceeded"."""


class DiskFullError(OSError):
    """There was no room; says for what, and how much is free."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path` and move into place at the end; a failure leaves what was there.

    Raises DiskFullError when the disk is full; the unfinished file is removed.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with naming_full_disk(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write(path: Path, content: bytes | str) -> None:
    """The whole content or nothing; text is UTF-8."""
    with replacing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `path` at the end; a failure leaves what was there.

    So no file of an earlier source stays behind in it.
    """
    part = path.with_name(f".{path.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with naming_full_disk(path):
            part.mkdir(parents=True)
            yield part
            if path.exists():
                shutil.rmtree(path)
            part.replace(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def naming_full_disk(path: Path) -> Iterator[None]:
    """Turn the system's "no space left" into a DiskFullError with the path and what is free."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DiskFullError(
            f"{path} could not be written: {error.strerror}; {megabytes(free(path))} are free"
            " there. Nothing half-written was kept: free some space and run it again"
        ) from error


def free(path: Path) -> int:
    """Bytes free on the disk that `path` is, or would be, on."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    return shutil.disk_usage(there).free


def megabytes(size: int) -> str:
    """A number of bytes for people, in units of 10^6."""
    return f"{size / 1e6:,.1f} MB"
