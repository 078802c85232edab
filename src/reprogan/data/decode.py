"""An image file of whatever kind becomes an upright, opaque Pillow image, gray or RGB."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import DataError

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""Pillow's readers that are let at a file; a PostScript file called .png would start a program."""

MAX_PIXELS = 89_478_485
"""Pixels of one image, Pillow's own bound against decompression bombs: a quarter GiB as RGB."""

WHITE = 255
GRAY = {"1", "L", "LA", "La"}
SIXTEEN_BITS = {"I;16", "I;16L", "I;16B", "I;16N"}

FAULTS = (
    *(OSError, ValueError, SyntaxError, EOFError, struct.error, LookupError, TypeError),
    *(ArithmeticError, Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises over broken files."""


def decode(encoded: bytes) -> Image.Image:
    """The first frame as L if the file is gray, else as RGB; colors are taken to be sRGB.

    It is turned as its EXIF orientation says; transparency is composited over white; 16-bit gray
    is scaled to 8 bits by round(x / 257). A palette counts as RGB.
    To be called inside `quiet()`. Raises DataError for what cannot be read, is too large, or has no
    agreed range (I, F).
    """
    try:
        with Image.open(io.BytesIO(encoded), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise DataError(
                    f"{image.width} x {image.height} is more than the {MAX_PIXELS} pixels allowed"
                )
            return opaque(ImageOps.exif_transpose(image))
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(f"it is no image of a kind known: {', '.join(FORMATS)}") from None
    except FAULTS as error:
        raise DataError(f"{type(error).__name__}: {error}") from error


def opaque(image: Image.Image) -> Image.Image:
    """The image as L or RGB, over white where it is transparent."""
    if image.mode in SIXTEEN_BITS:
        return Image.fromarray(((np.asarray(image).astype(np.uint32) + 128) // 257).astype("u1"))
    if image.mode in ("I", "F"):
        raise DataError(
            f"pixels of mode {image.mode} (32 bits) have no agreed range: convert them to 8 or 16"
        )
    mode = "L" if image.mode in GRAY else "RGB"
    if not image.has_transparency_data:
        return image.convert(mode)
    layer = image.convert(f"{mode}A")
    white = Image.new(mode, image.size, (WHITE,) * len(mode))
    white.paste(layer.convert(mode), mask=layer.getchannel("A"))
    return white


@contextmanager
def quiet() -> Iterator[None]:
    """Drop Pillow's remarks on odd files, and make its warning of a bomb an error.

    It sets what holds for the whole process: enter it once, before any thread decodes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield
