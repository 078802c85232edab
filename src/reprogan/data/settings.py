"""The `data` section of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ..component import Component, Count, Index, Share
from .addresses import wrong_with, wrong_with_path

POINTS = ("gaussians25", "ring8", "swiss_roll")
STACKS = ("stacked_digits", "stacked_mnist")

CLASSLESS = ("swiss_roll",)
"""Sources without classes; a folder may be one, which its names say."""


class Data(Component):
    """What is downloaded and how it is normalized; all keys stand in params.yaml, for DVC.

    mirror: http(s) or file URL of a folder that stands for the official addresses; null uses those.
    path: for `folder`, a directory or archive of images; a dependency of the download stage.
    size: images become size x size. channels: 1 or 3; null keeps the source's.
    resize: the antialiased filter used where an image has another size.
    test_share: the share of each class held out by `seed` where the source has no test split.
    validation_share: the share of each class of the training images that is held out of training by
    `seed`, to select checkpoints by.
    skip_corrupt: leave unreadable images of a folder out instead of stopping at the first one.
    stacks: for stacked sources, how many training images are drawn.

    Points have a size of 1 and channels of their own, and stacks three channels.
    """

    name: Literal[
        "digits", "mnist", "fashion_mnist", "kmnist", "cifar10", "folder",
        "stacked_digits", "stacked_mnist", "gaussians25", "ring8", "swiss_roll",
    ]  # fmt: skip
    mirror: str | None = None
    path: Annotated[str, Field(min_length=1)] = "images"
    size: Count = 8
    channels: Literal[1, 3] | None = None
    resize: Literal["box", "bilinear", "bicubic", "lanczos"] = "lanczos"
    test_share: Share = 0.2
    validation_share: Share = 0.0
    seed: Index = 0
    skip_corrupt: bool = False
    stacks: Count = 50_000

    @model_validator(mode="after")
    def refuse_other_addresses(self) -> Data:
        """Say what is wrong with an address, at the section: at its key it would be told."""
        fault = wrong_with(self.mirror) if self.mirror is not None else None
        if fault:
            raise ValueError(f"mirror {fault}")
        if fault := wrong_with_path(self.path):
            raise ValueError(f"path {fault}")
        return self

    @model_validator(mode="after")
    def refuse_what_the_source_cannot_be(self) -> Data:
        """Points have no other size, and neither points nor stacks other channels than theirs."""
        if self.name in POINTS and (self.size != 1 or self.channels is not None):
            raise ValueError(
                f"{self.name} has points in the plane, images of one pixel: size must be 1 and"
                f" channels null; got size {self.size}, channels {self.channels}"
            )
        if self.name in STACKS and self.channels == 1:
            raise ValueError(
                f"{self.name} has a class in each of 3 channels: channels must be null"
            )
        return self
