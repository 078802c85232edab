"""The channelwise extractor: one classifier for each channel of stacked images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...component import ConfigError
from ...data.stacks import DEPTH, unstacked
from ..intake import Intake
from .classifier import Classifier
from .extractor import Extractor

if TYPE_CHECKING:
    from torch import nn

    from ...data.imageset import ImageSet


class Channelwise(Extractor):
    """Stacks are seen as what they are made of: three gray images, each by the same classifier.

    Features are those of red, green and blue, one behind the other. The logit of a stack's class is
    the sum of its three images' log-probabilities, so K^3 classes are learned as K
    (L. Metz et al. 2017, section 3.3.1, counts its modes in this way).

    classifier: of single channels, trained on those of all stacks; its name is `classifier`.
    """

    name: Literal["channelwise"] = "channelwise"
    classifier: Classifier = Classifier()

    def intake(self, channels: int, size: int) -> Intake:
        """The classifier's, of every channel."""
        return self.classifier.intake(1, size).model_copy(update={"channels": channels})

    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """All of them."""
        return classes

    def fit(self, train: ImageSet) -> bytes:
        """Train the classifier on channels. Raises ConfigError for images that are no stacks."""
        from .channelwise_modules import channels_of

        if not unstacked(train.classes) or train.channels != DEPTH:
            raise ConfigError(
                "evaluate.extractor: channelwise is for stacked images, as stacked_digits has them;"
                f" these have {train.channels} channels and {len(train.classes)} classes"
            )
        return self.classifier.fit(channels_of(train))

    def load(self, content: bytes, channels: int, size: int, classes: int) -> nn.Module:
        """The classifier on every channel. Raises ValueError for weights of anything else."""
        from .channelwise_modules import ChannelByChannel

        kinds = round(classes ** (1 / DEPTH))
        if channels != DEPTH or kinds**DEPTH != classes:
            raise ValueError(
                f"channelwise sees {DEPTH} channels of as many classes each; got"
                f" {channels} channels and {classes} classes"
            )
        return ChannelByChannel(self.classifier.load(content, 1, size, kinds)).eval()
