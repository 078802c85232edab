"""Whatever holds images, by what its name ends in."""

from __future__ import annotations

from pathlib import Path

from ..component import ConfigError
from ..data.archive import SUFFIXES
from .arrays import arrays
from .pictures import pictures
from .pile import Fitting, Pile

ARRAYS = (".npz", ".npy")


def read(path: Path, fitting: Fitting) -> Pile:
    """The images of a folder, archive, npz or npy. Raises ConfigError for anything else."""
    refuse_other(path)
    return (arrays if path.is_file() and path.suffix.lower() in ARRAYS else pictures)(path, fitting)


def refuse_other(path: Path) -> None:
    """Name what can be read instead."""
    if not path.exists():
        raise ConfigError(f"{path} does not exist: name a folder, an archive, or an npz of images")
    if path.is_file() and not path.name.lower().endswith((*SUFFIXES, *ARRAYS)):
        raise ConfigError(
            f"{path} holds no set of images known; valid: a folder, {', '.join(SUFFIXES)},"
            f" {', '.join(ARRAYS)}"
        )
