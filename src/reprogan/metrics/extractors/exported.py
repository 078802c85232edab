"""Programs of torch.export, loaded without what could make loading them run anything else.

torch.export.load falls back to Python's pickle for inputs and constants, evaluates expressions of
shapes as Python, and takes any function below `torch` as a step (pytorch/pytorch issue 153410). A
network needs nothing of that, so the archive is read first and refused where it has it. What torch
then reads is a new archive of what has been looked at, since two readers of one zip may find other
files in it.
"""

from __future__ import annotations

import io
import logging
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from ...reading import parse_json

STEP = re.compile(
    r"torch\.ops\.aten\.(?!save|from_file)\w+\.\w+"
    r"|torch\.ops\.higher_order\.wrap_with_(set_grad_enabled|autocast)"
    r"|_operator\.(getitem|add|sub|mul|floordiv|mod)"
)
"""A step of a network: an operator on tensors, or arithmetic of their shapes."""

WORD = (
    r"[su]?\d+|True|False|Symbol|Integer|Add|Mul|Max|Min|FloorDiv|Mod"
    r"|positive|nonnegative|integer"
)
SHAPE = re.compile(rf"(\b({WORD})\b|[ ,()='+*/-])*")
"""Arithmetic of sizes: no other name stands in it, so nothing else is called."""

GROWTH = 2
"""Times the whole archive that one of its files may be; torch compresses none."""

UNSAFE = "data/constants/custom_obj", "data/constants/opaque_obj"


def load_exported(content: bytes) -> nn.Module:
    """The network. Raises ValueError for a program that is more than one, or a broken file."""
    with weights_only(), silence():
        try:
            program = torch.export.load(io.BytesIO(looked_at(content)))
        except Exception as error:  # what torch raises for damage is of many kinds
            raise ValueError(f"the exported program cannot be loaded: {error}") from None
    return program.module(check_guards=False)  # guards are Python too; shapes are checked anyway


def looked_at(content: bytes) -> bytes:
    """An archive of the same files, once none holds more than a network needs.

    Raises ValueError for objects, steps and shapes that are more; for a name given twice; and for a
    file at the top, where torch looks for programs of its older format, whose steps nobody checks.
    """
    checked, seen = io.BytesIO(), set()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(checked, "w", zipfile.ZIP_STORED) as new,
    ):
        for info in archive.infolist():
            name, (_, _, inside) = info.filename, info.filename.partition("/")
            if not inside or name.lower() in seen:
                raise ValueError(f"it holds {name!r} at its top, or twice")
            seen.add(name.lower())
            if inside.lower().startswith(UNSAFE):
                raise ValueError(f"it holds {name}, an object that is no tensor")
            if info.file_size > GROWTH * len(content):
                raise ValueError(f"{name} unpacks to {info.file_size} bytes")
            part = archive.read(info)
            if inside.lower().endswith(".json"):
                refuse_foreign_steps(parse_json(part))
            new.writestr(name, part)
    return checked.getvalue()


def refuse_foreign_steps(part: Any) -> None:  # noqa: ANN401  whatever JSON holds
    """Raise ValueError for a step that is no operator, or a shape that is more than arithmetic."""
    for key, value in pairs(part):
        if key == "target" and isinstance(value, str) and not STEP.fullmatch(value):
            raise ValueError(f"its step {value!r} is none of torch's operators on tensors")
        if key == "expr_str" and not SHAPE.fullmatch(str(value)):
            raise ValueError(f"its shape {value!r} is more than arithmetic of sizes")


def pairs(part: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  whatever JSON holds
    """Every key and value, at any depth."""
    if isinstance(part, dict):
        yield from part.items()
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for child in children:
        yield from pairs(child)


@contextmanager
def silence() -> Iterator[None]:
    """Within, torch does not log a trace of what is raised anyway."""
    log = logging.getLogger("torch.export")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


@contextmanager
def weights_only() -> Iterator[None]:
    """Within, torch.load unpickles tensors alone, even where it is told otherwise."""
    key = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(key)
    os.environ[key] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[key]
        else:
            os.environ[key] = before
