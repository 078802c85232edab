"""A file of a published data set, and how to know that one has it."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import DataError

CHUNK = 1 << 20
"""Bytes read at once."""


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """What is fetched from `bases` (folders, tried in order) as `name`.

    md5: of the file, or of what the gzip file holds; mirrors compress anew and the payload stays.
    limit: bytes; neither the file nor its payload is larger.
    """

    name: str
    bases: tuple[str, ...]
    md5: str
    md5_of: Literal["file", "payload"] = "file"
    limit: int

    def wrong_with(self, path: Path) -> str | None:
        """Why what lies at `path` is not this file; None if it is."""
        chunks = raw if self.md5_of == "file" else unpacked
        found = hashlib.md5(usedforsecurity=False)
        try:
            for chunk in chunks(path, self.limit):
                found.update(chunk)
        except DataError as error:
            return f"{error}{page(path)}"
        if found.hexdigest() == self.md5:
            return None
        return f"the MD5 of the {self.md5_of} is {found.hexdigest()}, not {self.md5}{page(path)}"


def raw(path: Path, limit: int) -> Iterator[bytes]:
    """A file in chunks. Raises DataError beyond `limit` bytes."""
    size = path.stat().st_size
    if size > limit:
        raise DataError(f"it has {size} bytes, more than the {limit} expected at most")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def unpacked(path: Path, limit: int) -> Iterator[bytes]:
    """What a gzip file holds, in chunks. Raises DataError if broken or beyond `limit` bytes."""
    size = 0
    try:
        with gzip.open(path, "rb") as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise DataError(f"it unpacks to more than the {limit} bytes expected at most")
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"it is truncated or no gzip file ({error})") from error


def page(path: Path) -> str:
    """A remark if the file looks like a web page, as log-in and error pages sent with 200 do."""
    with path.open("rb") as file:
        return "; it is a web page" if file.read(CHUNK).lstrip()[:1] == b"<" else ""
