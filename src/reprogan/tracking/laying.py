"""What MLflow is to show of a result of any commit, laid out in a folder as a checkout has it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ..results import Result, md5_of
from .cached import held, listed
from .objects import Objects

UNSHOWN = ("snapshots", "*.npz")
"""Names of outputs that no run holds: sampled images and generators of the way."""


def lay(result: Result, commit: str, objects: Objects, cache: Path, place: Path) -> list[str]:
    """Fill an empty folder; the outputs that cannot be had as dvc.lock has them.

    What git has of them is written, what DVC's cache has is linked. Provenance, which is no output,
    comes from the same commit. cache: the folder that holds 00 to ff.
    """
    for path in objects.listed(commit, "provenance"):
        if PurePosixPath(path).stem == result.name:
            put(objects, commit, path, place)
    return [
        path
        for path, md5 in result.outputs.items()
        if shown(path)
        and not (from_git(path, md5, commit, objects, place) or from_cache(path, md5, cache, place))
    ]


def shown(path: str) -> bool:
    """Whether a run holds this output, or file of one."""
    return not any(PurePosixPath(part).match(it) for part in path.split("/") for it in UNSHOWN)


def from_git(path: str, md5: str, commit: str, objects: Objects, place: Path) -> bool:
    """Write a file or folder as the commit has it; whether that is what dvc.lock says."""
    for name in objects.listed(commit, path):
        put(objects, commit, name, place)
    return (place / path).exists() and md5_of(place / path) == md5


def put(objects: Objects, commit: str, path: str, place: Path) -> None:
    """Write one file of a commit."""
    content = objects.read(commit, path)
    if content is not None:
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def from_cache(path: str, md5: str, cache: Path, place: Path) -> bool:
    """Link a file, or what is shown of a folder, from DVC's cache; whether all of it is sound."""
    try:
        files = listed(path, md5, cache)
        sources = {name: held(files[name], cache) for name in files if shown(name)}
        for name, source in sources.items():
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)  # what git had instead
            target.symlink_to(source)
    except (OSError, ValueError):  # there is none, or it is damaged
        return False
    return True
