"""How stacks become single images, and what is said of those becomes what is said of stacks."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from ...data.imageset import ImageSet
from ...data.stacks import DEPTH, unstacked


class ChannelByChannel(nn.Module):
    """A classifier of gray images of K classes, as one of stacks of K^3."""

    def __init__(self, classifier: nn.Module) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, S, S) uint8 -> features (B, 3 D), logits (B, K^3), log-probabilities."""
        count, channels = images.shape[:2]
        features, logits = self.classifier(images.reshape(count * channels, 1, *images.shape[2:]))
        red, green, blue = logits.log_softmax(1).view(count, channels, -1).unbind(1)
        joint = red[:, :, None, None] + green[:, None, :, None] + blue[:, None, None, :]
        return features.reshape(count, -1), joint.reshape(count, -1)


def channels_of(stacks: ImageSet) -> ImageSet:
    """The (3 N) gray images of N stacks, each with its own class."""
    base = unstacked(stacks.classes)
    digits = np.unravel_index(stacks.labels, (len(base),) * DEPTH)
    return ImageSet(
        images=stacks.images.reshape(-1, 1, stacks.size, stacks.size),
        labels=np.stack(digits, axis=1).reshape(-1).astype(np.int64),
        classes=base,
    )
