"""Images and settings made on the spot."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from reprogan.data.settings import Data


def settings(**fields) -> Data:
    return Data.model_validate({"name": "folder", "size": 8, **fields})


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def picture(seed: int, channels: int = 3, side: int = 8) -> bytes:
    """A PNG of noise."""
    pixels = noise(seed, side, side, 3)
    return encoded(Image.fromarray(pixels if channels == 3 else pixels[..., 0]))


def plant(root: Path, tree: dict[str, bytes | None]) -> Path:
    """Files by their name below `root`; None makes a folder."""
    for name, content in tree.items():
        path = root / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content)
    return root
