"""A picture of a user's own, beside those of the pipeline."""

from __future__ import annotations

from pathlib import Path

from ..files import write
from ..npz import to_npz
from ..pictures import grid, save_png
from ..sampling import Model
from .classes import held


def draw(
    name: str, folder: Path, to: Path, seed: int, side: int, of_class: str | None, device: str,
    at: int | None = None,
) -> str:  # fmt: skip
    """Write side x side images into `to`, a .png or a .npz (images, labels); what was drawn.

    of_class: the class of all; None gives a row to each. at: real images shown by then, one of the
    snapshots; None: all. Raises ValueError for a model that is not
    there, or is not told such a class.
    """
    model = Model.load(folder, device)
    if at is not None:
        model.recall(at)
    of = held(of_class, model)
    images, labels = model.square(seed, side, of)
    said = f"{side} x {side} images by {name}, seed {seed}"
    if at is not None:
        said += f", as after {at:,} real images"
    if of is not None:
        said += f", all of class {model.classes[of]}"
    elif model.told:
        said += f", rows of class {', '.join(model.classes[k] for k in labels[::side])}"
    if to.suffix == ".png":
        save_png(grid(images, side), to, {"reprogan": said})
    else:
        write(to, to_npz(images=images, labels=labels))
    return f"{to}: {said}"
