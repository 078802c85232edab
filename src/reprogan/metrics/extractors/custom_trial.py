"""A custom network is tried before anything is measured with it."""

from __future__ import annotations

import numpy as np

from ...component import ConfigError
from ...data.imageset import ImageSet
from ..features import chunks, passed
from .custom import Custom

NEAR = 1e-3
"""Of the largest feature: by how much sums in another order may differ, and more."""


def refuse_unfit(settings: Custom, content: bytes, train: ImageSet) -> None:
    """Raise ConfigError for what cannot be loaded, fails, or sees an image by its neighbors.

    The last is what batch norm and dropout do that were saved in training mode.
    """
    try:
        network = settings.load(content, train.channels, train.size, len(train.classes))
        among, _ = passed(network, chunks(train.images[: settings.batch], settings.batch)[0])
        alone, _ = passed(network, chunks(train.images[:1], settings.batch)[0])
    except ValueError as error:
        raise ConfigError(f"evaluate.extractor: {settings.path}: {error}") from None
    if not np.isfinite(among).all():
        raise ConfigError(
            f"evaluate.extractor: {settings.path} gives features that are not finite numbers"
        )
    off = float(np.abs(among[0] - alone[0]).max())
    if off > NEAR * float(np.abs(among).max()):
        raise ConfigError(
            f"evaluate.extractor: {settings.path} gives an image other features among others than"
            f" among black ones, by {off:.3g}: save it in evaluation mode, after .eval()"
        )
