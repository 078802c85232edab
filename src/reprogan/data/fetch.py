"""A published file is downloaded once, verified, and kept where DVC does not delete it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from filelock import FileLock

from ..scratch import cache, repository, scratch
from .addresses import addresses
from .errors import DataError
from .remote import RemoteFile
from .transfer import length, transfer


def downloads() -> Path:
    """The folder of finished files, by checksum, and of unfinished ones.

    It belongs to the repository, not to the working copy that an experiment in the queue has;
    outside of any repository it is the user's.
    """
    return (scratch() if repository() else cache()) / "downloads"


def fetch(file: RemoteFile, mirror: str | None) -> Path:
    """The verified file, from an earlier download or from the first address that has it.

    mirror: an address that stands for the official ones.
    Raises DataError with every address tried and why it failed; another process's download of
    the same file is waited for.
    """
    kept = downloads() / file.md5
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{kept}.lock"):
        if not kept.exists() or file.wrong_with(kept):
            first_of(addresses(file.bases, file.name, mirror), file, kept)
    return kept


def first_of(candidates: list[str], file: RemoteFile, kept: Path) -> None:
    """Obtain the file from the first address that has it."""
    faults = []
    for address in candidates:
        try:
            return obtain(address, file, kept)
        except DataError as error:
            faults.append(f"  {address}: {error}")
    raise DataError(
        "\n".join([f"{file.name} could not be downloaded. Tried:", *faults])
        + "\nSet data.mirror to the http, https or file address of a folder that holds it."
    )


def obtain(address: str, file: RemoteFile, kept: Path) -> None:
    """Move a verified download into place.

    What an earlier run left unfinished is continued; if that gives a wrong file, it is read anew.
    """
    tag = hashlib.sha256(address.encode()).hexdigest()[:8]
    part = kept.with_name(f"{file.name}.{tag}.part")
    resumed = length(part) > 0
    transfer(address, part, file.limit)
    fault = file.wrong_with(part)
    if fault and resumed:
        part.unlink()
        transfer(address, part, file.limit)
        fault = file.wrong_with(part)
    if fault:
        part.unlink()
        raise DataError(f"not the file that is known: {fault}")
    part.replace(kept)
