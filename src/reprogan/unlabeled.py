"""What needs the classes of images is refused before any image is read, where none are known."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from .component import ConfigError
from .data.settings import CLASSLESS, Data

if TYPE_CHECKING:
    from .config import Params

LISTED, LARGE = 20_000, 2**26
"""Names in a folder, and bytes of a zip, up to which it is listed each time params.yaml is read: a
fifth of a second. A tar, which has no index, is not."""


def refuse_unlabeled(params: Params, names: Collection[str]) -> None:
    """Raise ConfigError where these runs need classes, and the images are known to have none.

    It says what to type: a row is left out, the experiment loses what needs classes, and no critic
    is tested for them.
    """
    edits = {
        params.place(name) or "the experiment": edits_of(params, name)
        for name in names
        if params.variant(name).needs_labels
    }
    if any(name in names for name in params.represent.variants):
        edits["represent.variants"] = ["'represent.variants=[]'"]
    if edits and without_classes(params.data):
        lacking = (
            f"folder: {params.data.path} has no class folders"
            if params.data.name == "folder"
            else f"{params.data.name} has no classes"
        )
        typed = " ".join(f"-S {edit}" for several in edits.values() for edit in several)
        raise ConfigError(
            f"data.name {lacking}, and {', '.join(edits)} cannot do without. Add: {typed}"
        )


def edits_of(params: Params, name: str) -> list[str]:
    """What makes a run need no classes, each as `dvc exp run -S` takes it."""
    if place := params.place(name):
        return [f"'~{place}'"]
    row = params.row(name)
    tables = {"tricks": row.tricks, f"losses.{row.loss}.tricks": params.losses[row.loss].tricks}
    return [
        *(["game.conditional=false"] if row.game.conditional else []),
        *(["'~game.critic_told'"] if "critic_told" in row.game.model_fields_set else []),
        *(f"'~{at}.{t.name}'" for at, tricks in tables.items() for t in tricks if t.needs_labels),
        *(["labels=null"] if row.labels else []),
    ]


def without_classes(data: Data) -> bool:
    """Whether images are known to have no classes: by their source, or by their names."""
    return data.name in CLASSLESS or data.name == "folder" and flat(Path(data.path))


def flat(path: Path) -> bool:
    """Whether a folder or zip holds images alone. False where only reading it would tell.

    So is what is not there, or not understood: the download stage says what is wrong with it.
    """
    from .data.archive import FAULTS
    from .data.layout import layout

    try:
        files, folders = listed(path)
        return not layout(files, str(path), folders).classes
    except FAULTS:  # of which a DataError is one
        return False


def listed(path: Path) -> tuple[list[str], list[str]]:
    """The names of files and of folders in `path`; none where they are many."""
    import zipfile

    names: list[str] = []
    if path.is_dir():
        names = list(islice(walked(path), LISTED + 1))
    elif path.suffix.lower() == ".zip" and path.stat().st_size <= LARGE:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    if len(names) > LISTED:
        return [], []
    folders = [name.removesuffix("/") for name in names if name.endswith("/")]
    return [name for name in names if not name.endswith("/")], folders


def walked(path: Path) -> Iterator[str]:
    """What is in a folder, named as in a zip: the names of folders end in a slash.

    Names are read as they are asked for, however many a folder has.
    """
    folders = [path]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                name = Path(entry.path).relative_to(path).as_posix()
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                    yield f"{name}/"
                else:
                    yield name
