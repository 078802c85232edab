"""Pixels: decoded as the file means them, resized without aliases, and untouched where they fit."""

import io
import warnings

import numpy as np
import pytest
from pictures import encoded, noise
from PIL import Image

from reprogan.data import decode as module
from reprogan.data.decode import decode, quiet
from reprogan.data.errors import DataError
from reprogan.data.pixels import central_square, fit, fit_one

RGB = noise(0, 8, 8, 3)
GRAY = noise(1, 8, 8)


def pixels(content):
    with quiet():
        return np.asarray(decode(content))


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "WEBP"])
def test_lossless_files_are_read_exactly(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    assert np.array_equal(pixels(encoded(Image.fromarray(RGB), kind, **options)), RGB)
    if kind != "WEBP":
        assert np.array_equal(pixels(encoded(Image.fromarray(GRAY), kind)), GRAY)


def test_a_palette_becomes_its_colors():
    image = Image.fromarray(GRAY % 3).convert("P")
    table = [255, 0, 0, 0, 255, 0, 10, 20, 30]
    image.putpalette(table)
    expected = np.array(table, np.uint8).reshape(3, 3)[np.asarray(image)]
    assert np.array_equal(pixels(encoded(image)), expected)


def test_two_levels_become_black_and_white():
    bits = GRAY > 127
    assert np.array_equal(pixels(encoded(Image.fromarray(bits))), bits * np.uint8(255))


def over_white(color, alpha):
    return color * (alpha / 255) + 255 * (1 - alpha / 255)


def test_transparency_is_composited_over_white():
    alpha = noise(2, 8, 8)
    found = pixels(encoded(Image.fromarray(np.dstack([RGB, alpha]))))
    assert found.shape == (8, 8, 3)
    assert np.abs(found - over_white(RGB, alpha[..., None])).max() <= 0.51
    found = pixels(encoded(Image.fromarray(np.dstack([GRAY, alpha]))))
    assert found.shape == (8, 8)
    assert np.abs(found - over_white(GRAY, alpha)).max() <= 0.51


def test_a_transparent_color_becomes_white():
    image = Image.fromarray(GRAY % 2).convert("P")
    image.putpalette([0, 0, 0, 9, 9, 9])
    found = pixels(encoded(image, transparency=0))
    assert np.array_equal(found, np.where(GRAY % 2, 9, 255)[..., None].repeat(3, 2))
    found = pixels(encoded(Image.fromarray(GRAY), transparency=int(GRAY[0, 0])))
    assert np.array_equal(found, np.where(GRAY[0, 0] == GRAY, 255, GRAY))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_become_the_nearest_eight(kind):
    deep = np.array([[0, 128, 129, 257], [32768, 65535, 65406, 65407]], np.uint16)
    found = pixels(encoded(Image.fromarray(deep), kind))
    assert found.tolist() == [[0, 0, 1, 1], [128, 255, 254, 255]]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_thirty_two_bits_are_refused(mode):
    with pytest.raises(DataError, match=f"mode {mode} .* no agreed range"):
        pixels(encoded(Image.fromarray(GRAY).convert(mode), "TIFF"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_image(orientation):
    turned = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: a[::-1, ::-1],
        4: np.flipud,
        5: lambda a: a.T,
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].T,
        8: np.rot90,
    }
    wide = noise(3, 4, 8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = pixels(encoded(Image.fromarray(wide), exif=exif))
    assert np.array_equal(found, turned[orientation](wide))


def test_the_first_frame_of_a_moving_image_counts():
    frames = [Image.fromarray(np.full((8, 8), v, np.uint8)) for v in (10, 200)]
    assert (
        np.unique(pixels(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))) == 10
    )


PNG = encoded(Image.fromarray(noise(4, 64, 64, 3)))
JPEG = encoded(Image.fromarray(noise(4, 64, 64, 3)), "JPEG")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", PNG[:-300], PNG[:40], JPEG[: len(JPEG) // 2], PNG[:200] + b"x" + PNG[201:]],
)
def test_broken_files_are_refused(content):
    with pytest.raises(DataError):
        pixels(content)


def test_a_format_that_would_start_a_program_is_refused():
    postscript = io.BytesIO()
    Image.fromarray(RGB).save(postscript, "EPS")
    with pytest.raises(DataError, match="no image of a kind known"):
        pixels(postscript.getvalue())


@pytest.mark.parametrize("limit", [8 * 8 - 1, 8 * 8 // 3])
def test_more_pixels_than_allowed_are_refused(monkeypatch, limit):
    content = encoded(Image.fromarray(RGB))
    monkeypatch.setattr(module, "MAX_PIXELS", limit)
    with pytest.raises(DataError, match=f"8 x 8 is more than the {limit} pixels"):
        pixels(content)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(DataError, match="DecompressionBomb"):
        pixels(content)


def test_remarks_of_the_decoder_are_dropped(monkeypatch):
    monkeypatch.setattr(module, "opaque", lambda image: warnings.warn("odd", stacklevel=1) or image)
    with quiet():
        decode(encoded(Image.fromarray(RGB)))


FILTERS = {"box": 4, "bilinear": 2, "bicubic": 3, "lanczos": 1}
"""Pillow's own numbers of its filters."""


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [5, 28, 45])
def test_arrays_are_resized_as_pillow_resizes(name, channels, size):
    images = noise(5, 3, channels, 28, 28)
    found = fit(images, None, size, name)
    assert found.shape == (3, channels, size, size)
    for i, c in np.ndindex(3, channels):
        alone = Image.fromarray(images[i, c])
        expected = alone if size == 28 else alone.resize((size, size), FILTERS[name])
        assert np.array_equal(found[i, c], np.asarray(expected))


@pytest.mark.parametrize("name", FILTERS)
def test_shrinking_does_not_alias(name):
    """A checkerboard of single pixels is gray from afar; samples of it would be black or white."""
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)[None, None]
    inner = fit(board, None, 8, name)[..., 1:-1, 1:-1]
    assert np.abs(inner.astype(int) - 127.5).max() < 8


def test_the_box_filter_is_the_mean():
    found = fit(GRAY[None, None], None, 4, "box")[0, 0]
    mean = GRAY.reshape(4, 2, 4, 2).mean((1, 3))
    assert np.abs(found - mean).max() <= 1  # rows, then columns are rounded


def test_what_fits_is_not_touched():
    images = noise(6, 2, 3, 8, 8)
    assert fit(images, None, 8, "lanczos") is images
    assert fit(images, 3, 8, "lanczos") is images
    assert np.array_equal(fit_one(Image.fromarray(RGB), None, 8, "lanczos"), RGB.transpose(2, 0, 1))


def test_gray_repeats_and_color_becomes_luma():
    gray = GRAY[None, None]
    assert np.array_equal(fit(gray, 3, 8, "box"), gray.repeat(3, 1))
    color = RGB.transpose(2, 0, 1)[None]
    luma = RGB @ np.array([0.299, 0.587, 0.114])
    assert np.abs(fit(color, 1, 8, "box")[0, 0] - luma).max() <= 1


@pytest.mark.parametrize(("wide", "high"), [(9, 4), (4, 9), (5, 4), (4, 4)])
def test_the_central_square_is_kept(wide, high):
    whole = noise(7, high, wide)
    found = np.asarray(central_square(Image.fromarray(whole)))
    top, left = (high - 4) // 2, (wide - 4) // 2
    assert np.array_equal(found, whole[top : top + 4, left : left + 4])
