"""Images in, features and logits out; what an image gives does not depend on its neighbors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from ..memory import naming_batch
from ..progress import progress

CHUNK = 256
"""Images in one forward pass, always: an image's bits may depend on the shape of the pass."""

ELSEWHERE = (
    "About {fits} would, but how many are looked at at a time is fixed, since bits depend on it:"
    " take a GPU that nothing else uses, or --device cpu (REPROGAN_DEVICE=cpu)"
)
"""What to do where a pass does not fit."""

Images = npt.NDArray[np.uint8]
Pass = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32] | None]
"""Features and logits of one chunk."""


@dataclass(frozen=True, eq=False)
class Features:
    """features: (N, D) float32. logits: (N, K) float32, before softmax; None without classes."""

    features: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32] | None


def extract(
    network: nn.Module,
    images: Images,
    device: torch.device | str = "cpu",
    jobs: int = 1,
    label: str = "features",
) -> Features:
    """What the network says of each image, in evaluation mode whatever mode it was in.

    images: (N, C, S, S) uint8, N > 0; the last chunk is filled up with black.
    device: where the network is moved, and stays. jobs: CPU processes of one thread each, which
    give the bits that one thread gives. label: of the progress on stderr.
    Raises TypeError for images that are not uint8: floats in [-1, 1] would pass for black.
    """
    if images.dtype != np.uint8:
        raise TypeError(f"images must be uint8 in [0, 255]; got {images.dtype}")
    if jobs > 1 and torch.device(device).type != "cpu":
        raise ValueError(f"jobs are processes on the CPU; a {device} takes one")
    network.to(device).eval()
    size = int(getattr(network, "chunk", CHUNK))
    parts = chunks(images, size)
    passes = []
    with progress(label, len(images), "images", short=True) as bar:
        for of_chunk in through(network, parts, device, min(jobs, len(parts))):
            passes.append(of_chunk)
            bar.advance(size)
    logits = [logits for _, logits in passes if logits is not None]
    n = len(images)
    features = np.concatenate([features for features, _ in passes])[:n]
    return Features(features, np.concatenate(logits)[:n] if logits else None)


def through(
    network: nn.Module, parts: list[Images], device: torch.device | str, jobs: int
) -> Iterable[Pass]:
    """The pass of each chunk, in order, as they come."""
    if jobs <= 1:
        return (passed(network, part, device) for part in parts)
    from .pool import pooled

    return pooled(network, parts, jobs)


def passed(network: nn.Module, chunk: Images, device: torch.device | str = "cpu") -> Pass:
    """One forward pass."""
    where = torch.device(device)
    with torch.inference_mode(), naming_batch("features", len(chunk), where, ELSEWHERE):
        features, logits = network(torch.from_numpy(chunk.copy()).to(device))  # it may be read-only
    return features.cpu().numpy(), None if logits is None else logits.cpu().numpy()


def chunks(images: Images, size: int = CHUNK) -> list[Images]:
    """Views of `size` images each, and a copy of the rest filled up with black."""
    parts = [images[start : start + size] for start in range(0, len(images), size)]
    missing = size - len(parts[-1])
    parts[-1] = np.pad(parts[-1], [(0, missing), (0, 0), (0, 0), (0, 0)])
    return parts
