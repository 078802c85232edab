"""How much an archive may hold, and which names; each bound with its unit and reason."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from .errors import DataError

MAX_FILES = 1_000_000
"""Files of an archive: at 32 x 32 RGB they make a set of 3 GB in memory."""

MAX_FILE_BYTES = 1 << 28
"""Bytes of one file: the largest image that is decoded has 179 MB as 16-bit gray."""

MAX_TOTAL_BYTES = 1 << 36
"""Bytes of all files together, 64 GiB: 64 KiB of encoded image for each of MAX_FILES."""

MAX_GROWTH = 100
"""Times an archive may grow once it is beyond FREE_BYTES: encoded images hardly shrink."""

FREE_BYTES = 1 << 30
"""Bytes that even a small archive may unpack to: 1 GiB is no danger to a disk."""

QUOTED = 300
"""Characters of what a library says of a broken file: some quote all of it."""


def safe(name: str, path: Path) -> str:
    """The name without `.` parts. Raises DataError for one that points outside or is not UTF-8."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise DataError(f"{path} holds a name that is not UTF-8, {name!r}") from None
    clean = PurePosixPath(name)
    if clean.is_absolute() or ".." in clean.parts or "\\" in name or "\0" in name:
        raise DataError(
            f"{path} holds the unsafe name {name!r}: names must be relative, without .. and \\"
        )
    return str(clean)


def check_size(name: str, size: int, path: Path) -> None:
    """Raise DataError for a file larger than any image that would be decoded."""
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{path}: {name!r} has {size} bytes, more than the {MAX_FILE_BYTES} allowed"
        )


def check_count(count: int, path: Path) -> None:
    """Raise DataError for too many files."""
    if count > MAX_FILES:
        raise DataError(f"{path} holds more than the {MAX_FILES} files allowed")


def check_total(total: int, path: Path) -> None:
    """Raise DataError for an archive that unpacks to more bytes than it may, as bombs do."""
    allowed = min(MAX_TOTAL_BYTES, max(FREE_BYTES, MAX_GROWTH * path.stat().st_size))
    if total > allowed:
        raise DataError(f"{path} unpacks to more than the {allowed} bytes allowed for its size")
