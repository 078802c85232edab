"""The inception extractor: the network whose figures papers publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from ...component import ConfigError
from ...data.addresses import wrong_with, wrong_with_path
from ..intake import Intake
from .extractor import Extractor

if TYPE_CHECKING:
    from ...data.imageset import ImageSet
    from .inception_network import Inception2015

SIDE = 299
"""Height and width, in pixels, of the images that it was trained on."""


class Inception(Extractor):
    """The Inception network of 2015, as torch-fidelity computes it: 2048 features, 1008 logits.

    Features are the last pool's; logits lack their bias, as the Inception Score of Salimans et al.
    2016 has always been computed. Bytes are resized by the bilinear filter of TensorFlow 1, without
    antialiasing, and become (x - 128) / 128; gray is repeated to three channels.

    weights: the path of the file, if it is here; null looks for it in caches and downloads it.
    mirror: http(s) or file URL of a folder that stands for the official addresses.
    No weights but the official ones are taken, wherever they come from.
    """

    name: Literal["inception"] = "inception"
    weights: Annotated[str, Field(min_length=1)] | None = None
    mirror: str | None = None

    @model_validator(mode="after")
    def refuse_other_addresses(self) -> Inception:
        """Say what is wrong with an address, at the section: at its key it would be told."""
        fault = wrong_with(self.mirror) if self.mirror is not None else None
        if fault:
            raise ValueError(f"mirror {fault}")
        if self.weights is not None and (fault := wrong_with_path(self.weights)):
            raise ValueError(f"weights {fault}; or name its folder in `mirror`")
        return self

    def intake(self, channels: int, size: int) -> Intake:
        """What TensorFlow made of them."""
        return Intake(channels=3, size=SIDE, resizer="tensorflow1_bilinear", low=-1, high=127 / 128)

    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Its logits are of ImageNet's classes."""
        return ()

    def fit(self, train: ImageSet) -> bytes:
        """The official file. Raises ConfigError for images that are neither gray nor RGB.

        Raises DataError where the file cannot be had or is another.
        """
        from .inception_weights import official

        if train.channels not in (1, 3):
            raise ConfigError(
                f"evaluate.extractor: inception sees gray and RGB; got {train.channels} channels"
            )
        return official(self.weights, self.mirror)

    def load(self, content: bytes, channels: int, size: int, classes: int) -> Inception2015:
        """The network. Raises ValueError for weights that are not the official ones."""
        from .inception_network import Inception2015

        return Inception2015(content).eval()
