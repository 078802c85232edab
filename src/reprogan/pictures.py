"""Images as PNG: grids, clouds and sheets to be looked at, with the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from .data.imageset import POINT
from .files import write

VISIBLE = 32
"""Least height of an image in a picture, in pixels."""

GUTTER = 2
"""White between images, in pixels."""

MARGIN, LINE, TEXT = 8, 16, 13
"""Of a sheet, in pixels: space around a panel, height of a caption's line, size of its letters."""

BLUE, ORANGE = np.array([255.0, 175.0, 60.0]), np.array([10.0, 70.0, 200.0])
"""What points take from white, of red, green and blue."""

LEAST = 0.7
"""The ink of a single point, where 1 is that of the densest place."""


def grid(images: npt.NDArray[np.uint8], columns: int, scale: int | None = None) -> Image.Image:
    """Images row by row on white, enlarged by a whole number without smoothing; points as a cloud.

    images: (N, C, H, W) uint8, N > 0, C 1 (gray) or 3 (RGB). scale: pixels for a pixel; None takes
    the least that makes images VISIBLE. Raises ValueError for other arrays or numbers.
    """
    if images.shape[1:] == POINT:
        return cloud(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(
            f"images must be (N, 1 or 3, H, W) uint8; got {images.shape} {images.dtype}"
        )
    count, channels, height, width = images.shape
    scale = scale if scale is not None else -(-VISIBLE // height)
    if count == 0 or columns < 1 or scale < 1:
        raise ValueError(f"a grid needs images, columns and scale; got {count}, {columns}, {scale}")
    rows, columns = -(-count // columns), min(columns, count)
    high, wide = height * scale + GUTTER, width * scale + GUTTER
    canvas = np.full((rows * high + GUTTER, columns * wide + GUTTER, channels), 255, np.uint8)
    for i, image in enumerate(images.transpose(0, 2, 3, 1)):
        top, left = i // columns * high + GUTTER, i % columns * wide + GUTTER
        enlarged = image.repeat(scale, axis=0).repeat(scale, axis=1)
        canvas[top : top + high - GUTTER, left : left + wide - GUTTER] = enlarged
    return Image.fromarray(canvas[:, :, 0] if channels == 1 else canvas)


def first(images: npt.NDArray[np.uint8], count: int) -> npt.NDArray[np.uint8]:
    """The images to be shown of many: the first `count`; all of points, since few say nothing."""
    return images if images.shape[1:] == POINT else images[:count]


def cloud(points: npt.NDArray[np.uint8], under: npt.NDArray[np.uint8] | None = None) -> Image.Image:
    """Points in the plane on white, a pixel for every pair of bytes; the y axis points up.

    points: (N, 2, 1, 1) uint8, x and y, in blue, darker where there are more. under: other points,
    in orange below them. Raises ValueError for no point, or other arrays.
    """
    shapes = [part.shape for part in (points, under) if part is not None]
    if points.dtype != np.uint8 or any(shape[1:] != POINT or not shape[0] for shape in shapes):
        raise ValueError(f"a cloud is of (N, 2, 1, 1) uint8; got {shapes} {points.dtype}")
    ink = BLUE * density(points)
    if under is not None:
        ink = np.maximum(ink, ORANGE * density(under) * (ink.sum(axis=2, keepdims=True) == 0))
    canvas = np.rint(255 - ink).astype(np.uint8)
    return Image.fromarray(np.pad(canvas, [(GUTTER, GUTTER)] * 2 + [(0, 0)], constant_values=200))


def density(points: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """(256, 256, 1) in [0, 1], row 0 the largest y: 0 without a point, LEAST with one, then darker.

    As the logarithm of the count, up to 1 where there are most.
    """
    x, y = points[:, :, 0, 0].T.astype(np.int64)
    counts = np.bincount((255 - y) * 256 + x, minlength=256 * 256).reshape(256, 256, 1)
    shade = np.log(np.maximum(counts, 1)) / max(np.log(counts.max()), 1)
    return np.where(counts > 0, LEAST + (1 - LEAST) * shade, 0)


def sheet(panels: Sequence[tuple[str, Image.Image]], columns: int) -> Image.Image:
    """Captioned pictures side by side on white, row by row; a caption may have several lines.

    Raises ValueError for no panel or no column.
    """
    if not panels or columns < 1:
        raise ValueError(f"a sheet needs panels and columns; got {len(panels)} and {columns}")
    font = ImageFont.load_default(size=TEXT)
    head = LINE * max(len(caption.splitlines()) for caption, _ in panels)
    wide = [max(p.width, width_of(c, font)) + MARGIN for c, p in panels]
    lefts = [MARGIN]
    for column in range(min(columns, len(panels))):
        lefts.append(lefts[-1] + max(wide[column::columns]))
    high = max(picture.height for _, picture in panels) + head + MARGIN
    size = lefts[-1], -(-len(panels) // columns) * high + MARGIN
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    for i, (caption, picture) in enumerate(panels):
        left, top = lefts[i % columns], i // columns * high + MARGIN
        draw.multiline_text((left, top), caption, fill="black", font=font, spacing=LINE - TEXT)
        canvas.paste(picture, (left, top + head))
    return canvas


def width_of(caption: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> int:
    """Pixels that the longest line of a caption takes."""
    return max((round(font.getlength(line)) for line in caption.splitlines()), default=0)


def save_png(image: Image.Image, path: Path, text: Mapping[str, str] | None = None) -> None:
    """Write the whole picture or nothing; the same pixels and text give the same bytes.

    text: what is said of it in the file, by keyword.
    """
    said = PngInfo()
    for key, value in (text or {}).items():
        said.add_itxt(key, value)
    content = io.BytesIO()
    image.save(content, format="PNG", pnginfo=said)
    write(path, content.getvalue())
