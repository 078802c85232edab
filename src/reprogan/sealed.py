"""Numbered files that prove themselves: a name holds the hash of its number and the content.

So a file that is torn, flipped, or renamed is found out, and a whole one needs nothing beside it.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from .files import write

NAME = re.compile(r"(\d{12})-[0-9a-f]{16}\.safetensors")


def seal(folder: Path, number: int, content: bytes) -> Path:
    """Write folder/NUMBER-SHA256.safetensors, the only one of its number; its path."""
    path = folder / name_of(number, content)
    write(path, content)
    for other in sealed(folder):
        if number_of(other) == number and other != path:
            other.unlink()
    return path


def sealed(folder: Path) -> list[Path]:
    """The files that are there, by number; whether they are whole, `unseal` says."""
    return sorted(path for path in folder.glob("*.safetensors") if NAME.fullmatch(path.name))


def number_of(path: Path) -> int:
    """What a file's name says."""
    return int(path.name.partition("-")[0])


def unseal(path: Path) -> bytes | None:
    """The content that was sealed; None where it is another or cannot be read."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if path.name == name_of(number_of(path), content) else None


def name_of(number: int, content: bytes) -> str:
    """NUMBER-SHA256.safetensors, of 12 and 16 digits."""
    head = f"{number:012d}"
    digest = hashlib.sha256(head.encode() + content).hexdigest()
    return f"{head}-{digest[:16]}.safetensors"
