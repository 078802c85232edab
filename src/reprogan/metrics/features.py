"""Images in, features and logits out; what an image gives does not depend on its neighbors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

CHUNK = 256
"""Images in one forward pass, always: an image's bits may depend on the shape of the pass."""


@dataclass(frozen=True, eq=False)
class Features:
    """features: (N, D) float32. logits: (N, K) float32, before softmax; None without classes."""

    features: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32] | None


def extract(network: nn.Module, images: npt.NDArray[np.uint8]) -> Features:
    """What the network says of each image, in evaluation mode whatever mode it was in.

    images: (N, C, S, S) uint8, N > 0, on the CPU; the last chunk is filled up with black.
    Raises TypeError for images that are not uint8: floats in [-1, 1] would pass for black.
    """
    if images.dtype != np.uint8:
        raise TypeError(f"images must be uint8 in [0, 255]; got {images.dtype}")
    network.eval()
    with torch.inference_mode():
        parts = [network(to_float(chunk)) for chunk in chunks(images)]
    features = torch.cat([part[0] for part in parts])[: len(images)].numpy()
    if parts[0][1] is None:
        return Features(features, None)
    return Features(features, torch.cat([part[1] for part in parts])[: len(images)].numpy())


def chunks(images: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
    """Views of CHUNK images each, and a copy of the rest filled up with black."""
    starts = range(0, len(images), CHUNK)
    parts = [images[start : start + CHUNK] for start in starts]
    missing = CHUNK - len(parts[-1])
    parts[-1] = np.pad(parts[-1], [(0, missing), (0, 0), (0, 0), (0, 0)])
    return parts


def to_float(images: npt.NDArray[np.uint8]) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1], as x / 127.5 - 1."""
    # By way of one dimension: the strides of a gray image's axis of length 1 are arbitrary, and
    # torch chooses the convolution, and with it the last bits, by strides.
    flat = torch.from_numpy(images.reshape(-1).astype(np.float32))
    return flat.div_(127.5).sub_(1).view(images.shape)
