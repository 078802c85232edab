"""Pictures in a folder or an archive become a pile; nothing is unpacked to disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..data.archive import members
from ..data.decode import decode, quiet
from ..data.errors import DataError
from ..data.gallery import told
from ..data.layout import Layout, layout
from ..data.member import is_hidden, is_image
from ..data.meter import meter
from ..data.pixels import Pixels, fit_one
from .pile import COLORS, Fitting, Pile, listed

LOSSY = (".jpg", ".jpeg")


class Reader:
    """Decodes one picture after the other; keeps pixels, and names of what could not be read."""

    def __init__(self, where: str, fitting: Fitting) -> None:
        self.where, self.fitting = where, fitting
        self.rows: dict[str, Pixels] = {}
        self.lost: list[str] = []
        self.resized = self.recolored = 0

    def take(self, name: str, content: bytes) -> None:
        """One picture. Raises DataError for one that is unreadable, unless it may be skipped."""
        try:
            image = decode(content)
        except DataError as error:
            if not self.fitting.skip_corrupt:
                raise DataError(
                    f"{self.where}: the image {name} cannot be read ({error}). Repair or remove"
                    " it, or leave such files out with --skip-corrupt"
                ) from None
            self.lost.append(name)
            return
        size, channels = self.fitting.size, self.fitting.channels
        if size is None and image.width != image.height:
            raise DataError(
                f"{self.where}: {name} is {image.width} x {image.height}, not square: --size S"
                " takes the central square of each image and resizes it to S x S"
            )
        self.resized += size is not None and image.size != (size, size)
        self.recolored += channels not in (None, len(image.getbands()))
        self.rows[name] = fit_one(image, channels, size or image.width, self.fitting.resize)

    def refuse_several_sizes(self) -> None:
        """Pictures must be of one size when none is asked for."""
        by_size = {pixels.shape[1]: name for name, pixels in self.rows.items()}
        if len(by_size) > 1:
            (first, a), (second, b) = list(by_size.items())[:2]
            raise DataError(
                f"{self.where} holds images of several sizes, {first} x {first} ({a}) and"
                f" {second} x {second} ({b}): make them alike with --size"
            )


def pictures(path: Path, fitting: Fitting) -> Pile:
    """All pictures, labeled by class folders if there are any; gray among RGB becomes RGB.

    Raises DataError for what cannot be read, and for pictures of several sizes.
    """
    names: list[str] = []
    folders: list[str] = []
    reader = Reader(str(path), fitting)
    with quiet(), meter(f"read the images of {path}", None, "file") as bar:
        for member in members(path, is_image):
            (folders if member.folder else names).append(member.name)
            if member.content is not None:
                reader.take(member.name, member.content)
            bar.update()
    refuse_none(path, names)
    found = layout(names, str(path), folders)
    told(reader.lost)
    if not reader.rows:
        raise DataError(f"{path} holds no readable image")
    reader.refuse_several_sizes()
    return piled(str(path), found, reader)


def piled(where: str, found: Layout, reader: Reader) -> Pile:
    """The pictures in the order of their names, training before test images."""
    sides = (found.train, found.test or [])
    rows = [
        (*row, side) for side, part in enumerate(sides) for row in part if row[0] in reader.rows
    ]
    channels = max(len(pixels) for pixels in reader.rows.values())
    images = np.empty((len(rows), channels, *reader.rows[rows[0][0]].shape[1:]), np.uint8)
    for place, (name, _, _) in enumerate(rows):
        images[place] = reader.rows.pop(name)
    return Pile(
        where=where,
        images=images,
        labels=np.array([label for _, label, _ in rows], np.int64),
        classes=found.classes,
        test=None if found.test is None else np.array([side == 1 for *_, side in rows]),
        notes=notes(where, [name for name, _, _ in rows], reader),
    )


def notes(where: str, names: list[str], reader: Reader) -> tuple[str, ...]:
    """What was done to the pictures, and what their format does to figures."""
    lossy = sum(name.lower().endswith(LOSSY) for name in names)
    n, size, resize = len(names), reader.fitting.size, reader.fitting.resize
    color = COLORS.get(reader.fitting.channels)
    said = {
        f"{where}: {reader.resized} of {n} images were resized to {size} x {size} ({resize})":
            reader.resized,
        f"{where}: {reader.recolored} of {n} images were made {color}": reader.recolored,
        f"{where}: {len(reader.lost)} unreadable files were left out": len(reader.lost),
        f"{where}: {lossy} of {n} images are JPEG, whose losses move figures unless both sets have"
        " them alike": lossy,
    }  # fmt: skip
    return tuple(text for text, count in said.items() if count)


def refuse_none(path: Path, names: list[str]) -> None:
    """A folder or archive without a picture is told what is in it instead."""
    if any(is_image(name) for name in names):
        return
    there = [name for name in names if not is_hidden(name)]
    what = f"it holds {listed(there)}" if there else "it is empty"
    arrays = [name for name in there if name.lower().endswith((".npz", ".npy"))]
    hint = f". Name the file itself: {path / arrays[0]}" if arrays and path.is_dir() else ""
    raise DataError(f"{path} holds no images: {what}{hint}")
