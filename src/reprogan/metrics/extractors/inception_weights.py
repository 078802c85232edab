"""The file of the Inception network of 2015: where it is found, and how it is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from ...data.addresses import addresses
from ...data.errors import DataError
from ...data.fetch import downloads, obtain
from ...data.remote import RemoteFile, page, raw

SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
SIZE = 95_628_359
"""Bytes."""

RELEASES = {
    "pt_inception-2015-12-05-6726825d.pth": (
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights"
    ),
    "weights-inception-2015-12-05-6726825d.pth": (
        "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0"
    ),
}
"""The names under which the same bytes were released, and where."""


@dataclass(frozen=True, kw_only=True)
class Weights(RemoteFile):
    """A file that is known by its SHA-256."""

    bases: tuple[str, ...] = ()
    md5: str = ""
    sha256: str

    def wrong_with(self, path: Path) -> str | None:
        """Why what lies at `path` is not this file; None if it is."""
        found = hashlib.sha256()
        try:
            for chunk in raw(path, self.limit):
                found.update(chunk)
        except DataError as error:
            return f"{error}{page(path)}"
        if found.hexdigest() == self.sha256:
            return None
        return (
            f"it has {path.stat().st_size} bytes and SHA-256 {found.hexdigest()}, not {self.limit}"
            f" and {self.sha256}{page(path)}"
        )


def official(weights: str | None, mirror: str | None) -> bytes:
    """The content of the file: from the path `weights`, else from a cache, else downloaded.

    mirror: an address that stands for the official ones.
    Raises DataError saying what was found where, what is wanted and where to put it.
    """
    if weights is not None:
        return at(Path(weights))
    kept = downloads() / SHA256
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{kept}.lock"):
        faults = []
        for path in (kept, *hub()):
            fault = fault_of(path)
            if fault is None:
                return path.read_bytes()
            faults.append(f"  {path}: {fault}")
        for name, base in RELEASES.items():
            (address,) = addresses([base], name, mirror)
            try:
                obtain(address, file(name), kept)
                return kept.read_bytes()
            except DataError as error:
                faults.append(f"  {address}: {error}")
    raise DataError(
        "\n".join(["The weights of Inception could not be had. Tried:", *faults])
        + f"\nThe file is {' or '.join(RELEASES)}, of {SIZE:,} bytes and SHA-256 {SHA256}. Put it"
        f" to {kept}, or say in evaluate.extractor where it is: `weights`, a path, or `mirror`,"
        " the http, https or file address of a folder that holds it."
    )


def at(path: Path) -> bytes:
    """What lies at a path. Raises DataError for any other file."""
    fault = fault_of(path)
    if fault:
        raise DataError(f"evaluate.extractor.weights: {path} is not Inception's file: {fault}")
    return path.read_bytes()


def fault_of(path: Path) -> str | None:
    """Why there is no such file; None if it is there."""
    return file(path.name).wrong_with(path) if path.is_file() else "no file is there"


def file(name: str) -> Weights:
    """The file under one of its names."""
    return Weights(name=name, sha256=SHA256, limit=SIZE)


def hub() -> list[Path]:
    """Where torch-fidelity and pytorch-fid keep it once they have downloaded it."""
    from torch.hub import get_dir

    return [Path(get_dir()) / "checkpoints" / name for name in RELEASES]
