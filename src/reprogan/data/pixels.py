"""Pixels of another size or number of channels; those that fit are not touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from ..progress import progress

Pixels = npt.NDArray[np.uint8]


def fit(images: Pixels, channels: int | None, size: int, resize: str) -> Pixels:
    """(N, C, S, S) uint8 at `size` and `channels` (None keeps C); the same array where it fits."""
    count, own, side = images.shape[:3]
    if side == size and channels in (None, own):
        return images
    fitted = np.empty((count, channels or own, size, size), np.uint8)
    with progress(f"resize {count} images from {side} to {size}", count, "images") as bar:
        for i, pixels in enumerate(images):
            fitted[i] = fit_one(to_image(pixels), channels, size, resize)
            bar.advance(1)
    return fitted


def fit_one(image: Image.Image, channels: int | None, size: int, resize: str) -> Pixels:
    """One gray (L) or RGB image, cropped to its central square: (C, size, size) uint8.

    channels: 1 takes ITU-R 601-2 luma of RGB, 3 repeats gray, None keeps what is there.
    resize: box, bilinear, bicubic or lanczos; its support grows as the image shrinks (Pillow).
    """
    if channels is not None:
        image = image.convert("L" if channels == 1 else "RGB")
    image = central_square(image)
    if image.width != size:
        image = image.resize((size, size), Image.Resampling[resize.upper()])
    pixels = np.asarray(image)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def central_square(image: Image.Image) -> Image.Image:
    """The largest square in the middle; where the margin is odd, the far side loses one more."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    if image.width == image.height:
        return image
    return image.crop((left, top, left + side, top + side))


def to_image(pixels: npt.NDArray[Any]) -> Image.Image:
    """(C, H, W) uint8 as a Pillow image, L or RGB."""
    channels = len(pixels)
    return Image.fromarray(pixels[0] if channels == 1 else pixels.transpose(1, 2, 0).copy())
