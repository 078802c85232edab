"""The classifier extractor: a small CNN trained on the real training images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ...component import ConfigError, Count, Index, NonNegative, Positive, Share
from ..intake import Intake
from .extractor import Extractor

if TYPE_CHECKING:
    from ...data.imageset import ImageSet
    from .convolutional import Convolutional


class Classifier(Extractor):
    """Figures in the space of a classifier of the very data: sharp there, comparable nowhere else.

    width: channels of its first convolution. features: the dimension of the space.
    images: its training budget, in real images shown; 120,000 take 8 CPU seconds at 8x8, 45 at
    32x32, 180 at 64x64 and 1,000 at 128x128. batch: in images; norms need two.
    learning_rate: the peak of one cycle. weight_decay: AdamW's.
    shift: each shown image is moved by up to this share of its size, in whole pixels, each way.
    seed: of its weights, the order of images and the shifts.
    """

    name: Literal["classifier"] = "classifier"
    width: Count = 32
    features: Count = 64
    images: Count = 120_000
    batch: Annotated[int, Field(ge=2)] = 64
    learning_rate: Positive = 2e-3
    weight_decay: NonNegative = 1e-2
    shift: Share = 0.07
    seed: Index = 0

    def network(self, channels: int, size: int, classes: int) -> Convolutional:
        """A network whose weights are still to be loaded."""
        from .convolutional import Convolutional

        return Convolutional(channels, size, self.width, self.features, classes)

    def load(self, content: bytes, channels: int, size: int, classes: int) -> Convolutional:
        """The trained network."""
        from .weights import weighted

        return weighted(self.network(channels, size, classes), content)

    def intake(self, channels: int, size: int) -> Intake:
        """Images as they are, in [-1, 1]."""
        return Intake(channels=channels, size=size, resizer="none", low=-1, high=1)

    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """All of them."""
        return classes

    def fit(self, train: ImageSet) -> bytes:
        """Train it. Raises ConfigError for images of fewer than two classes."""
        if len(train.classes) < 2:
            raise ConfigError(
                "evaluate.extractor: a classifier learns from labels of at least 2 classes; these"
                f" images have {len(train.classes)}. Without labels, figures are computed in the"
                " space of {name: random_features}"
            )
        from .classifier_training import train_classifier
        from .weights import weights_of

        return weights_of(train_classifier(self, train))
