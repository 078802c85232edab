"""A tar is read in one bounded pass, and a broken one is never taken for a short one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from .bounds import MAX_FILE_BYTES, check_size, check_total, safe
from .errors import DataError
from .member import Member, Wanted

OPENERS: dict[str, Callable[[Path, str], Any]] = {
    ".tar": open,
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.bz2": bz2.open,
    ".tbz2": bz2.open,
    ".tar.xz": lzma.open,
    ".txz": lzma.open,
}
"""By the end of the name; each is called with the path and "rb"."""


def in_tar(path: Path, wanted: Wanted) -> Iterator[Member]:
    """Files of a tar, in its order. Raises DataError for links, devices and what is too large."""
    opener = next(OPENERS[end] for end in OPENERS if path.name.lower().endswith(end))
    with opener(path, "rb") as file:
        metered = Metered(file, path)
        with tarfile.open(mode="r|", fileobj=metered, tarinfo=StrictInfo) as archive:
            for info in archive:
                archive.members = []  # type: ignore[attr-defined]  # else it keeps a million
                metered.since = 0
                yield member(archive, info, path, wanted)
        while metered.read(1 << 20):  # the checksums are at the end
            metered.since = 0


def member(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path, wanted: Wanted) -> Member:
    """The member that the archive has just come to."""
    name = safe(info.name, path)
    if info.isdir():
        return Member(name, folder=True)
    if not info.isreg() or info.issparse():
        raise DataError(f"{path} holds a link or device, {name!r}: put the file itself in")
    check_size(name, info.size, path)
    content = archive.extractfile(info) if wanted(name) else None
    return Member(name, content.read() if content else None)


class Metered(io.BufferedIOBase):
    """A stream that ends in an error where an archive unpacks to more than it may.

    since: bytes since the last member's header; headers too can be endless.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.file, self.path, self.total, self.since = file, path, 0, 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next `size` bytes, or what is left. Raises DataError."""
        found = self.file.read(-1 if size is None else size)
        self.total += len(found)
        self.since += len(found)
        check_total(self.total, self.path)
        check_size("a header", self.since - MAX_FILE_BYTES, self.path)
        return found


class StrictInfo(tarfile.TarInfo):
    """A tar's header; tarfile takes a broken one for the archive's end, and here it is an error."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> StrictInfo:
        """Parse a header of 512 bytes; zeros end an archive. Raises ReadError."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise
            raise tarfile.ReadError(f"the archive has no end ({error})") from error
