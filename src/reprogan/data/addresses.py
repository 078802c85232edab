"""Which addresses stand for a file: a mirror's, or the official ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

SCHEMES = ("http", "https", "file")


def addresses(bases: Iterable[str], name: str, mirror: str | None) -> list[str]:
    """Where to look for the file `name`, in order; a mirror stands for all of `bases`."""
    return [f"{base.rstrip('/')}/{name}" for base in ([mirror] if mirror else bases)]


def wrong_with(mirror: str) -> str | None:
    """Why a mirror's address cannot be used, without the credentials in it; None if it can."""
    if "@" in mirror:
        return (
            "must not hold credentials (an @), since params.yaml is committed and logged: write a"
            " line `machine HOST login ... password ...` into ~/.netrc, which is read"
        )
    try:
        url = urlsplit(mirror)
        host = url.hostname
        _ = url.port
    except ValueError as error:
        return f"is no address: {error}"
    if url.scheme not in SCHEMES:
        return f"must begin with http://, https:// or file://; it begins with {url.scheme!r}"
    if url.query or url.fragment:
        return "must be a folder's address, with nothing after ? or #"
    if url.scheme == "file" and (url.netloc not in ("", "localhost") or url.path[:1] != "/"):
        return "must be file:///absolute/path"
    if url.scheme != "file" and not host:
        return "names no host"
    return None


def wrong_with_path(path: str) -> str | None:
    """Why a path cannot be used, which may hold credentials if it is an address; None if it can."""
    if "://" in path:
        return "must be a path on this machine, and it is an address: download the file first"
    return None


def local_path(address: str) -> Path | None:
    """The file that a file URL names; None for an address on a network."""
    url = urlsplit(address)
    return Path(url2pathname(url.path)) if url.scheme == "file" else None
