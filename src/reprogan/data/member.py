"""What folders and archives are made of, and which of it are images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

IMAGE_SUFFIXES = (
    *(".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm"),
    *(".tif", ".tiff", ".webp"),
)

Wanted = Callable[[str], bool]


@dataclass(frozen=True)
class Member:
    """A folder, or a file with its bytes if they were wanted; its name is POSIX and relative."""

    name: str
    content: bytes | None = None
    folder: bool = False


def is_image(name: str) -> bool:
    """Whether a file counts as an image: by its suffix, in either case, and not hidden."""
    return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES and not is_hidden(name)


def is_hidden(name: str) -> bool:
    """Whether a file or a folder above it begins with a dot, or is what macOS adds to archives."""
    return any(part[:1] == "." or part == "__MACOSX" for part in name.split("/"))
