"""Published data as a reference: downloaded, normalized and seen once, then kept by content."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filelock import FileLock

from ..closure import SRC, closure
from ..data.errors import DataError
from ..data.imageset import ImageSet
from ..data.settings import Data
from ..files import replacing_folder, write
from ..metrics.extractors.extractor import Extractor
from ..metrics.looking import look
from ..metrics.real import splits_in
from ..metrics.settings import Evaluate
from ..metrics.stored import images_sha256
from ..reading import parse_json
from ..scratch import cache
from ..stages.download import download
from ..stages.evaluate import Judge
from ..stages.normalize import normalize
from .looking import Machine

IMAGES, HASHES = "images", "sha256.json"
"""Normalized images, and beside them the SHA-256 of each split's content."""


def kept_images(data: Data) -> tuple[Path, dict[str, ImageSet]]:
    """Normalized images of a source and the folder that they are in, made unless they are there.

    The folder's name is that of the settings and of the code that normalizes. Where its content
    is not what was written it is made again. Raises DataError where the files cannot be had.
    """
    facts = data.model_dump(mode="json", exclude={"mirror", "path"})
    key = key_of(facts, code("reprogan/stages/normalize.py"))
    folder = cache() / "images" / f"{data.name}-{data.size}-{key}"
    with locked(folder):
        sets = whole(folder)
        if sets is None:
            print(f"{data.name} at {data.size} x {data.size} is kept in {folder}", file=sys.stderr)
            make_images(data, folder)
            sets = whole(folder)
    if sets is None:
        raise DataError(f"{folder} does not hold what was just written: is the disk in order?")
    return folder / IMAGES, sets


def make_images(data: Data, folder: Path) -> None:
    """Download and normalize into the folder."""
    with replacing_folder(folder) as part, TemporaryDirectory(dir=part) as raw:
        download(data, Path(raw) / "raw")
        normalize(data, Path(raw) / "raw", part / IMAGES, part / "summary.json")
        write(part / HASHES, json.dumps(hashes(sets_in(part)), indent=2) + "\n")


def whole(folder: Path) -> dict[str, ImageSet] | None:
    """The splits, if they are what was written; else None, said where there is something."""
    if not folder.exists():
        return None
    try:
        sets = sets_in(folder)
        stated = parse_json((folder / HASHES).read_bytes())
        fault = "" if hashes(sets) == stated else "its images are not those that were written"
    except (ValueError, OSError) as error:
        fault = str(error)
    if fault:
        print(f"{folder} is made again: {fault}", file=sys.stderr)
    return None if fault else sets


def sets_in(folder: Path) -> dict[str, ImageSet]:
    """Every split."""
    there = folder / IMAGES
    return {split: ImageSet.load(there / f"{split}.npz") for split in splits_in(there)}


def hashes(sets: dict[str, ImageSet]) -> dict[str, str]:
    """The SHA-256 of each split's content."""
    return {split: images_sha256(images) for split, images in sets.items()}


def kept_judge(
    images: Path, sets: dict[str, ImageSet], settings: Evaluate, machine: Machine
) -> Judge:
    """The judge by the images of `kept_images`, which are seen once for each extractor.

    What was seen is kept under the content of the images, the extractor with the files that it
    names, and the code of both; it is loaded by the pipeline's own checks, and made again where
    they refuse it. To be called on one thread.
    """
    train = sets["train"]
    extractor = settings.extractor.chosen(train.channels, train.size, train.classes)
    facts = {"images": hashes(sets), "extractor": facts_of(extractor)}
    key = key_of(facts, code("reprogan/stages/reference.py"))
    folder = cache() / "references" / f"{images.parent.name}-{extractor.name}-{key}"
    with locked(folder):
        try:
            return Judge.of(settings, folder, images, machine.device)
        except ValueError as fault:
            if folder.exists():
                print(f"{folder} is made again: {fault}", file=sys.stderr)
        with replacing_folder(folder) as part:
            look(sets, settings.extractor, machine.device, machine.jobs).save(part)
        return Judge.of(settings, folder, images, machine.device)


def facts_of(extractor: Extractor) -> dict[str, Any]:
    """Its declaration, and the SHA-256 of the files that it names."""
    stated = extractor.model_dump(mode="json")
    files = [Path(value) for value in stated.values() if isinstance(value, str)]
    content = [hashlib.sha256(f.read_bytes()).hexdigest() for f in files if f.is_file()]
    return {"declaration": stated, "files": content}


def code(root: str) -> list[str]:
    """The SHA-256 of every file that running a stage can load."""
    files = sorted(SRC.parent / name for name in closure(root))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]


def key_of(*facts: Any) -> str:  # noqa: ANN401  whatever JSON holds
    """24 hexadecimal digits."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


def locked(folder: Path) -> FileLock:
    """Only one process at a time makes a folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{folder}.lock")
