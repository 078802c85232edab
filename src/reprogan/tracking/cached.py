"""What DVC's cache has of an output, taken only where its content has the hash that names it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ..component import ConfigError
from ..data.bounds import safe
from ..reading import parse_json

MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
"""How DVC names content: that of a folder is the listing of its files."""


def cache_of(here: Path) -> Path:
    """The folder in which DVC keeps contents by their hashes, wherever its configuration says.

    Raises ConfigError where DVC cannot tell.
    """
    from dvc.config import Config
    from dvc.exceptions import DvcException

    try:
        named = Config(str(here.absolute() / ".dvc"))["cache"].get("dir")
    except DvcException as error:
        raise ConfigError(f"DVC cannot read its settings in {here / '.dvc'}: {error}") from error
    return Path(named or here.absolute() / ".dvc" / "cache") / "files" / "md5"


def listed(path: str, md5: str, cache: Path) -> dict[str, str]:
    """Path of each file of an output, from where the output's own path begins -> its MD5.

    Raises OSError where there is no listing of a folder, ValueError where one is damaged, and for a
    path that leads elsewhere.
    """
    files, where = {path: md5}, cache
    if md5.endswith(".dir"):
        where = held(md5, cache)
        try:
            entries = parse_json(where.read_bytes())
            files = {f"{path}/{entry['relpath']}": str(entry["md5"]) for entry in entries}
        except (KeyError, TypeError):
            raise ValueError(f"{where} is no listing of DVC's") from None
    return {safe(name, where): of for name, of in files.items()}


def held(md5: str, cache: Path) -> Path:
    """The file that has this hash. Raises OSError where there is none, ValueError for another."""
    if not MD5.fullmatch(md5):
        raise ValueError(f"{md5!r} is no hash of DVC's")
    path = cache / md5[:2] / md5[2:]
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5.removesuffix(".dir"):
        raise ValueError(f"{path} is damaged: its MD5 is {found}")
    return path
