"""The random_features extractor: a CNN that is not trained, for images without labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ...component import Count, Index
from ..intake import Intake
from .extractor import Extractor

if TYPE_CHECKING:
    from ...data.imageset import ImageSet
    from .convolutional import Convolutional


class RandomFeatures(Extractor):
    """Figures in the space of random weights: they see noise, blur and collapse, hardly classes.

    Its batch norms hold the statistics of real training images, so features have a common scale.
    Embeddings of random weights tell real images from generated ones where no network was trained
    on like data: Naeem et al. 2020 (arXiv:2002.09797), section 3.3.

    width: channels of its first convolution. features: the dimension of the space.
    images: how many training images, drawn by the seed, its norms are measured on.
    seed: of its weights and of that draw.
    """

    logits: ClassVar[bool] = False
    name: Literal["random_features"] = "random_features"
    width: Count = 32
    features: Count = 64
    images: Count = 10_000
    seed: Index = 0

    def network(self, channels: int, size: int, classes: int) -> Convolutional:
        """A network whose weights are still to be loaded; it has no head, whatever the classes."""
        from .convolutional import Convolutional

        return Convolutional(channels, size, self.width, self.features, classes=0)

    def load(self, content: bytes, channels: int, size: int, classes: int) -> Convolutional:
        """The network that was drawn and measured."""
        from .weights import weighted

        return weighted(self.network(channels, size, classes), content)

    def intake(self, channels: int, size: int) -> Intake:
        """Images as they are, in [-1, 1]."""
        return Intake(channels=channels, size=size, resizer="none", low=-1, high=1)

    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """It has no logits."""
        return ()

    def fit(self, train: ImageSet) -> bytes:
        """Draw its weights and measure its norms."""
        from .calibration import calibrate
        from .weights import weights_of

        return weights_of(calibrate(self, train))
