"""What a stage imports: the modules of this package that running it can load, read off the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Dotted names of what a tree imports from this package; under TYPE_CHECKING nothing is."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            base = (
                package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            )
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield name
            yield from (f"{name}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            yield from imports(node, package)


def file_of(name: str) -> Path | None:
    """The file of a module of this package."""
    place = SRC.joinpath(*name.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if name.startswith("reprogan") and path.exists():
            return path
    return None


def package_of(path: Path) -> str:
    """The package that relative imports in a file start from."""
    return ".".join(path.relative_to(SRC).parent.parts)


def closure(*roots: str) -> set[str]:
    """Files, relative to the repository, that importing these and all that they import can load.

    Packages count with their __init__; what config.py imports is left out: see `code_of`.
    """
    found: set[Path] = set()
    todo = [SRC / root for root in roots]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        if path in (SRC / "reprogan/config.py", SRC / "reprogan/cli.py"):
            continue
        for name in imports(ast.parse(path.read_text("utf-8")), package_of(path)):
            parts = name.split(".")
            files = (file_of(".".join(parts[:depth])) for depth in range(1, len(parts) + 1))
            todo += [file for file in files if file is not None]
    return {str(path.relative_to(SRC.parent)) for path in found}


def code_of(stage: str) -> set[str]:
    """All the code that can change what a stage writes.

    That is the front, which parses and dispatches, and the closure of the stage's own module. The
    declarations that config.py imports only to check the other sections are no part of it: they can
    refuse params.yaml, but they hand nothing to the stage.
    """
    front = closure("run.py", "reprogan/component.py", "reprogan/cli.py", "reprogan/config.py")
    return front | closure(f"reprogan/stages/{stage}.py")
