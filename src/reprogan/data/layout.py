"""What the names of images say: their classes, and which of them are for testing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .archive import SUFFIXES
from .errors import DataError
from .imageset import UNLABELED
from .member import is_hidden, is_image

SPLITS = ("train", "test")
OTHER_SPLITS = {"train", "test", "val", "valid", "validation", "training", "testing"}

UNDERSTOOD = (
    "Understood are: images alone; class folders of images; train/ and test/, each with one of"
    " these; any of it inside one folder."
)

Parts = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Images by name, each with the index of its class or UNLABELED, in the order of the names.

    test: None where the source makes no split of its own.
    """

    classes: tuple[str, ...]
    train: list[tuple[str, int]]
    test: list[tuple[str, int]] | None


def layout(names: Collection[str], where: str, folders: Collection[str] = ()) -> Layout:
    """Read the tree that names and folders make. Raises DataError, naming what does not fit.

    names: POSIX, of all files; `where`: whose they are. The order they come in does not matter.
    """
    images = sorted(name for name in names if is_image(name))
    if not images:
        raise DataError(f"{where} holds no images ({other(names)}). {UNDERSTOOD}")
    rows = {name: tuple(name.split("/")) for name in images}
    tree = folders_of(names, folders)
    while len(tops := top(tree, rows)) == 1 and all(len(parts) > 1 for parts in rows.values()):
        rows, tree = below(next(iter(tops)), rows, tree)
    if tops >= set(SPLITS) and all(len(parts) > 1 for parts in rows.values()):
        return official(rows, tree, where)
    if tops & OTHER_SPLITS:
        raise DataError(
            f"{where} holds {listed(tops)}: the splits known are train/ and test/, both"
        )
    classes = classes_of(rows, tree, where)
    return Layout(classes=classes, train=labeled(rows, classes), test=None)


def folders_of(names: Collection[str], folders: Collection[str]) -> set[Parts]:
    """Every folder that is not hidden: those named, and those above what is named."""
    above = {name.rpartition("/")[0] for name in names if not is_hidden(name)}
    visible = {tuple(name.split("/")) for name in {*above, *folders} - {""} if not is_hidden(name)}
    return {parts[:n] for parts in visible for n in range(1, len(parts) + 1)}


def top(tree: set[Parts], rows: dict[str, Parts]) -> set[str]:
    """The names on the uppermost level, of folders and of images."""
    return {parts[0] for parts in (*tree, *rows.values())}


def below(
    folder: str, rows: dict[str, Parts], tree: set[Parts]
) -> tuple[dict[str, Parts], set[Parts]]:
    """The part of a tree that is in `folder`, as seen from inside."""
    inner = {name: parts[1:] for name, parts in rows.items() if parts[0] == folder}
    return inner, {parts[1:] for parts in tree if parts[0] == folder and len(parts) > 1}


def official(rows: dict[str, Parts], tree: set[Parts], where: str) -> Layout:
    """A layout whose train/ and test/ agree on the classes."""
    tops = top(tree, rows)
    if tops != set(SPLITS):
        raise DataError(f"{where} holds {listed(tops)}: beside train/ and test/ nothing is known")
    sides = {side: below(side, rows, tree) for side in SPLITS}
    for side, (inner, _) in sides.items():
        if not inner:
            raise DataError(f"{where}: {side}/ holds no images. {UNDERSTOOD}")
    train, test = (classes_of(*sides[side], f"{where}: {side}/") for side in SPLITS)
    if bool(train) != bool(test) or not set(test) <= set(train):
        raise DataError(
            f"{where}: train/ has the classes {listed(train)}, test/ has {listed(test)};"
            " all classes of test/ must be in train/"
        )
    first, second = (labeled(sides[side][0], train) for side in SPLITS)
    return Layout(classes=train, train=first, test=second)


def classes_of(rows: dict[str, Parts], tree: set[Parts], where: str) -> tuple[str, ...]:
    """The sorted class folders; () for images alone. Raises DataError for any other tree."""
    flat = [name for name, parts in rows.items() if len(parts) == 1]
    deep = [name for name, parts in rows.items() if len(parts) > 2]
    classes = sorted({parts[0] for parts in rows.values() if len(parts) > 1})
    empty = sorted({parts[0] for parts in tree} - set(classes))
    if flat and (classes or empty):
        raise DataError(
            f"{where} mixes images alone ({flat[0]}) with folders {listed(classes or empty)}."
            f" {UNDERSTOOD}"
        )
    if deep:
        raise DataError(f"{where} holds folders inside class folders ({deep[0]}). {UNDERSTOOD}")
    if empty:
        raise DataError(f"{where}: the folders {listed(empty)} hold no images. {UNDERSTOOD}")
    return tuple(classes)


def labeled(rows: dict[str, Parts], classes: tuple[str, ...]) -> list[tuple[str, int]]:
    """Each image with its class's index."""
    index = {name: i for i, name in enumerate(classes)}
    return [(name, index[parts[0]] if classes else UNLABELED) for name, parts in rows.items()]


def other(names: Collection[str]) -> str:
    """A few of the files that are there instead."""
    found = sorted(name for name in names if not is_hidden(name))
    archives = [name for name in found if name.lower().endswith(SUFFIXES)]
    if archives:
        return f"for the archive {archives[0]} in it, set data.path to that file"
    return f"{len(found)} other files, as {', '.join(found[:3])}" if found else "it is empty"


def listed(names: Collection[str]) -> str:
    """The first names of a collection, for a message."""
    first = sorted(names)[:5]
    return ", ".join(first) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "none"
