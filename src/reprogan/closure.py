"""The code that a stage depends on: the files of this package that running it can load."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SRC = Path(__file__).parents[1]

FRONT = (
    "run.py", "reprogan/component.py", "reprogan/cli.py", "reprogan/config.py",
    "reprogan/reading.py",
)  # fmt: skip
"""What parses and dispatches, for every stage."""


def code_of(stage: str) -> set[str]:
    """All the code that can change what a stage writes, relative to the repository.

    That is the front and the closure of the stage's own module. The declarations that config.py
    imports only to check the other sections are no part of it: they can refuse params.yaml, but
    they hand nothing to the stage.
    """
    return closure(*FRONT) | closure(f"reprogan/stages/{stage}.py")


def closure(*roots: str) -> set[str]:
    """Files, relative to the repository, that importing these and all that they import can load.

    Packages count with their __init__; what config.py and cli.py import is left out: see `code_of`.
    """
    found: set[Path] = set()
    todo = [SRC / root for root in roots]
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += imported_by(path)
    return {str(path.relative_to(SRC.parent)) for path in found}


@cache
def imported_by(path: Path) -> list[Path]:
    """The files that a file's own import statements load."""
    if path in (SRC / "reprogan/config.py", SRC / "reprogan/cli.py"):
        return []
    files = []
    for name in names_in(ast.parse(path.read_text("utf-8")), package_of(path)):
        parts = name.split(".")
        files += [file_of(".".join(parts[:depth])) for depth in range(1, len(parts) + 1)]
    return [file for file in files if file is not None]


def names_in(tree: ast.AST, package: str) -> Iterator[str]:
    """Dotted names that a tree imports, wherever in it; under TYPE_CHECKING nothing is."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: -node.level + 1 or None] if node.level else []
            name = ".".join([*above, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            yield from names_in(node, package)


def file_of(name: str) -> Path | None:
    """The file of a module of this package; None for any other name."""
    place = SRC.joinpath(*name.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if name.split(".")[0] == "reprogan" and path.exists():
            return path
    return None


def package_of(path: Path) -> str:
    """The package that relative imports in a file start from."""
    return ".".join(path.relative_to(SRC).parent.parts)
