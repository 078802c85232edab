"""What a stage imports: the modules of this package that running it can load, read off the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"
FRONT = ("run.py", "reprogan/cli.py")


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Dotted names of what a tree imports from this package; under TYPE_CHECKING nothing is."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
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


def closure(stage: str) -> set[str]:
    """Files, relative to the repository, that `python src/run.py STAGE` can load."""
    found: set[Path] = set()
    todo = [SRC / "run.py"]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        tree: ast.AST = ast.parse(path.read_text("utf-8"))
        if path == SRC / "reprogan/cli.py":
            tree = only(tree, stage)
        for name in imports(tree, package_of(path)):
            parts = name.split(".")
            for depth in range(1, len(parts) + 1):
                if (file := file_of(".".join(parts[:depth]))) is not None:
                    todo.append(file)
    return {str(path.relative_to(SRC.parent)) for path in found}


def only(tree: ast.AST, stage: str) -> ast.AST:
    """The command line without the commands of the other stages."""
    assert isinstance(tree, ast.Module)
    body = [n for n in tree.body if not is_command(n) or getattr(n, "name", "") == stage]
    return ast.Module(body=body, type_ignores=[])


def is_command(node: ast.stmt) -> bool:
    """Whether a function is a command of its own."""
    return isinstance(node, ast.FunctionDef) and any(
        "app.command" in ast.unparse(d) for d in node.decorator_list
    )
