"""How two outputs differ: which tensor, array, value or line first, and by how much."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError

from ..data.decode import FAULTS as PICTURE_FAULTS
from ..npz import arrays_in
from ..reading import parse_json

FAULTS = (*PICTURE_FAULTS, SafetensorError, RecursionError)
"""What an output raises that is not whole."""

SHOWN = 200
"""Characters of a line that differs."""


def difference(recorded: Path, again: Path) -> str:
    """One sentence; empty where both are the same, file by file."""
    if recorded.is_dir() and again.is_dir():
        names = {
            path.relative_to(folder).as_posix()
            for folder in (recorded, again)
            for path in folder.rglob("*")
            if path.is_file()
        }
        for name in sorted(names):
            if text := difference(recorded / name, again / name):
                return f"{name}: {text}"
        return ""
    if not again.exists():
        return "it was not written"
    if not recorded.exists():
        return "it was not there before"
    if recorded.read_bytes() == again.read_bytes():
        return ""
    try:
        return first_of(dict(parts(recorded)), dict(parts(again)))
    except FAULTS as error:
        return f"it cannot be compared: {str(error)[:SHOWN]}"


def first_of(before: dict[str, Any], now: dict[str, Any]) -> str:
    """The first part that differs, and by how much at most."""
    for name in (*before, *(name for name in now if name not in before)):
        if name not in now or name not in before:
            return f"{name} is {'missing' if name not in now else 'new'}"
        a, b = np.asarray(before[name]), np.asarray(now[name])
        if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
            return f"{name} was {a.shape} {a.dtype}, is {b.shape} {b.dtype}"
        if not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
            return f"{name} differs{by_how_much(a, b)}"
    return "the content is equal, the bytes are not"


def by_how_much(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> str:
    """The largest difference of numbers, and in how many of them; of words, both."""
    if a.dtype.kind not in "fiub":
        return ": {} before, {} now".format(*where_they_part(str(a), str(b))) if a.ndim == 0 else ""
    gap = np.abs(a.astype(np.float64) - b.astype(np.float64))
    if a.ndim == 0:
        return f": {a} before, {b} now"
    return f" in {int((gap != 0).sum()):,} of {gap.size:,} numbers, by {np.nanmax(gap):.3g} at most"


def where_they_part(a: str, b: str) -> tuple[str, str]:
    """Two texts, whole where they are short; else from shortly before they differ."""
    alike = len(os.path.commonprefix((a, b)))
    first = max(0, alike - SHOWN // 4) if max(len(a), len(b)) > SHOWN else 0
    return a[first : first + SHOWN], b[first : first + SHOWN]


def parts(path: Path) -> Iterator[tuple[str, Any]]:
    """What a file consists of, by name and in its order."""
    match path.suffix:
        case ".safetensors" | ".weights":
            from safetensors.numpy import load

            yield from sorted(load(path.read_bytes()).items())
        case ".npz":
            yield from arrays_in(path).items()
        case ".png":
            from PIL import Image

            with Image.open(path, formats=["PNG"]) as image:
                yield "pixels", np.asarray(image)
        case ".json":
            yield from leaves(parse_json(path.read_bytes()))
        case _:
            text = path.read_text("utf-8")
            yield from ((f"line {i}", line) for i, line in enumerate(text.splitlines(), start=1))


def leaves(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401  JSON
    """Every value of a tree under its dotted name; null as a word."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, f"{name}.{key}" if name else str(key))
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield from leaves(value, f"{name}[{i}]")
    else:
        yield name, "null" if tree is None else tree
