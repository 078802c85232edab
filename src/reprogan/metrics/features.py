"""Images in, features and logits out; what an image gives does not depend on its neighbors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ..progress import progress

CHUNK = 256
"""Images in one forward pass, always: an image's bits may depend on the shape of the pass."""


@dataclass(frozen=True, eq=False)
class Features:
    """features: (N, D) float32. logits: (N, K) float32, before softmax; None without classes."""

    features: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32] | None


def extract(
    network: nn.Module,
    images: npt.NDArray[np.uint8],
    device: torch.device | str = "cpu",
    label: str = "features",
) -> Features:
    """What the network says of each image, in evaluation mode whatever mode it was in.

    images: (N, C, S, S) uint8, N > 0; the last chunk is filled up with black.
    device: where the network is moved, and stays. label: of the progress on stderr.
    Raises TypeError for images that are not uint8: floats in [-1, 1] would pass for black.
    """
    if images.dtype != np.uint8:
        raise TypeError(f"images must be uint8 in [0, 255]; got {images.dtype}")
    network.to(device).eval()
    features, logits = [], []
    with torch.inference_mode(), progress(label, len(images), "images", short=True) as bar:
        for chunk in chunks(images):
            of_chunk, classes = network(torch.from_numpy(chunk).to(device))
            features.append(of_chunk.cpu().numpy())
            if classes is not None:
                logits.append(classes.cpu().numpy())
            bar.advance(CHUNK)
    n = len(images)
    return Features(np.concatenate(features)[:n], np.concatenate(logits)[:n] if logits else None)


def chunks(images: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
    """Views of CHUNK images each, and a copy of the rest filled up with black."""
    starts = range(0, len(images), CHUNK)
    parts = [images[start : start + CHUNK] for start in starts]
    missing = CHUNK - len(parts[-1])
    parts[-1] = np.pad(parts[-1], [(0, missing), (0, 0), (0, 0), (0, 0)])
    return parts
