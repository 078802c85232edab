"""Pictures one after the other, there and back, without end."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL.Image import Image

from ..files import write

FORMATS = {".gif": "GIF", ".webp": "WEBP"}
"""Suffix -> Pillow's name; GIF has 256 colors in a frame, WebP is written without loss."""

FRAME = 80
"""Milliseconds that a frame is shown."""


def save_animation(frames: Sequence[Image], path: Path) -> None:
    """Write all frames, then those between back to the first; the same pixels, the same bytes."""
    first, *rest = [*frames, *frames[-2:0:-1]]
    content = io.BytesIO()
    first.save(
        content, format=FORMATS[path.suffix], save_all=True, append_images=rest,
        duration=FRAME, loop=0, lossless=True,
    )  # fmt: skip
    write(path, content.getvalue())
