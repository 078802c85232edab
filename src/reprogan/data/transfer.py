"""One address is read into one unfinished file, which a later try continues.

requests does the HTTP: DVC brings it, it knows proxies, certificates and ~/.netrc, and it imports
in 0.1 s. Bytes are taken as they come: a server's Content-Encoding would unpack the .gz files.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urljoin, urlsplit

import requests
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from ..files import DiskFullError, naming_full_disk
from ..redaction import redacted
from .addresses import local_path
from .errors import DataError
from .meter import meter

CHUNK = 1 << 16
"""Bytes per read: what a killed process loses at most."""

TIMEOUT = (20, 60)
"""Seconds to connect, and of silence before a connection counts as broken."""

REDIRECTS = 5
"""From one address to the next, before a server is taken to go in circles."""

TRIES = 5
"""Connections to one address: each but the first goes on where the last one broke."""


class BrokenError(DataError):
    """The connection broke before the end; what has come so far is kept."""


def transfer(address: str, part: Path, limit: int) -> None:
    """Complete the file `part` from an address. Raises DataError with the reason it could not.

    limit: bytes; of a longer file, and on a full disk, nothing is kept.
    """
    try:
        with naming_full_disk(part):
            source = local_path(address)
            if source is not None:
                copy(source, part, limit)
            else:
                persist(address, part, limit)
    except DiskFullError:
        part.unlink(missing_ok=True)
        raise


def copy(source: Path, part: Path, limit: int) -> None:
    """Copy a local file."""
    try:
        file = source.open("rb")
    except OSError as error:
        raise DataError(f"it cannot be opened: {error.strerror}") from None
    with file, meter(f"copy {source}", length(source), "B") as bar:
        store(iter(lambda: file.read(CHUNK), b""), part, 0, limit, bar)


def persist(address: str, part: Path, limit: int) -> None:
    """Connect again as long as that brings more of the file, TRIES times at most."""
    for left in reversed(range(TRIES)):
        before = length(part)
        try:
            return connect(address, part, limit)
        except BrokenError:
            if not left or length(part) <= before:
                raise
    return None


def connect(address: str, part: Path, limit: int) -> None:
    """Ask for what `part` lacks and append it; start over where the server cannot do that."""
    have = length(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with Unmoved() as session, ask(session, address, headers) as answer:
            receive(answer, address, part, limit)
    except (requests.RequestException, HTTPError) as error:
        kept = f"; {length(part)} bytes are kept" if length(part) else ""
        raise BrokenError(f"{reason(error)}{kept}") from None


class Unmoved(requests.Session):
    """Follows no redirect of its own accord, which would read what else it says, without end."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Nowhere."""
        return None


def ask(session: requests.Session, address: str, headers: dict[str, str]) -> requests.Response:
    """The answer that redirects lead to; of each only the new address is read.

    Raises DataError for more than REDIRECTS, and for one to what is not http.
    """
    for _ in range(REDIRECTS + 1):
        answer = session.get(address, headers=headers, stream=True, timeout=TIMEOUT)
        target = requests.Session.get_redirect_target(session, answer)
        if target is None:
            return answer
        answer.close()
        address = followed(address, target)
    raise DataError(
        f"the server redirects more than {REDIRECTS} times, at last to {redacted(address)}"
    )


def followed(address: str, target: str) -> str:
    """The address that a redirect names. Raises DataError where it is none, or not of http."""
    try:
        new = urljoin(address, target)
        scheme = urlsplit(new).scheme
    except ValueError:  # whose text may hold what lets somebody in
        raise DataError("the server redirects to what is no address") from None
    if scheme not in ("http", "https"):
        raise DataError(f"the server redirects to {redacted(new)}, which is not of http")
    return new


def receive(answer: requests.Response, address: str, part: Path, limit: int) -> None:
    """Store an answer: all of the file, what follows the bytes of `part`, or a refusal."""
    have = length(part)
    if answer.status_code == requests.codes.range_not_satisfiable and have:
        return  # nothing follows: `part` is whole, or its checksum will tell that it is of no use
    if answer.status_code not in (requests.codes.ok, requests.codes.partial_content):
        raise DataError(f"the server answered {answer.status_code} {answer.reason}")
    start = have if answer.status_code == requests.codes.partial_content else 0
    if start and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        part.unlink()
        raise DataError("the server sent another part of the file than it was asked for")
    size = answer.headers.get("Content-Length", "")
    total = start + int(size) if size.isdigit() else None
    with meter(f"download {address}", total, "B", start) as bar:
        store(answer.raw.stream(CHUNK, decode_content=False), part, start, limit, bar)


def store(chunks: Iterable[bytes], part: Path, start: int, limit: int, bar: tqdm[NoReturn]) -> None:
    """Write chunks into `part` after its first `start` bytes; keep none of it beyond `limit`."""
    size = start
    with part.open("ab" if start else "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                part.unlink()
                raise DataError(f"it has more than the {limit} bytes expected at most")
            file.write(chunk)
            bar.update(len(chunk))


def length(path: Path) -> int:
    """Bytes in a file; 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def reason(error: BaseException) -> str:
    """What the innermost cause says, without the address and the classes around it."""
    inner = getattr(error, "reason", None) or error.__cause__ or error.__context__
    if isinstance(inner, BaseException):
        return reason(inner)
    return redacted(str(error)) or type(error).__name__
