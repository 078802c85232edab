import numpy as np
import pytest
from PIL import Image

from reprogan.pictures import GUTTER, VISIBLE, grid, save_png, sheet


def images(n, channels=1, size=8):
    return np.random.default_rng(0).integers(0, 255, (n, channels, size, size), dtype=np.uint8)


def test_every_pixel_is_enlarged_and_nothing_is_blended():
    x = images(3)
    picture = np.asarray(grid(x, columns=2, scale=5))
    assert picture.shape == (2 * 42 + GUTTER, 2 * 42 + GUTTER)
    top, left = 42 + GUTTER, GUTTER  # the third image opens the second row
    np.testing.assert_array_equal(picture[top : top + 40 : 5, left : left + 40 : 5], x[2, 0])
    np.testing.assert_array_equal(picture[top + 4 : top + 40 : 5, left : left + 40 : 5], x[2, 0])
    assert set(np.unique(picture)) <= {*np.unique(x), 255}


def test_gutters_and_empty_places_are_white():
    picture = np.asarray(grid(np.zeros((3, 1, 8, 8), np.uint8), columns=2, scale=1))
    assert (picture[:GUTTER] == 255).all() and (picture[:, -GUTTER:] == 255).all()
    assert (picture[-10:, -10:] == 255).all() and picture[GUTTER, GUTTER] == 0


@pytest.mark.parametrize(("size", "scale"), [(8, 4), (28, 2), (32, 1), (100, 1)])
def test_images_become_visible_by_a_whole_number(size, scale):
    picture = grid(images(1, size=size), columns=10)
    assert picture.size == (size * scale + 2 * GUTTER, size * scale + 2 * GUTTER)
    assert size * scale >= VISIBLE


def test_color_stays_in_its_channels():
    x = np.zeros((1, 3, 8, 8), np.uint8)
    x[0, 0] = 200
    picture = grid(x, 1)
    assert picture.mode == "RGB" and picture.getpixel((GUTTER, GUTTER)) == (200, 0, 0)


def test_png_is_lossless_and_repeats_its_bytes(tmp_path):
    picture = grid(images(7, channels=3), columns=3)
    for name in ("a.png", "deeper/b.png"):
        save_png(picture, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "deeper/b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as read:
        np.testing.assert_array_equal(np.asarray(read), np.asarray(picture))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.png", "b.png", "deeper"]


def test_a_sheet_holds_every_panel_whole_under_its_caption():
    panels = [(f"name {i}\nsecond line", grid(images(1), 1)) for i in range(3)]
    panels.append(("a caption much wider than its picture", grid(images(1), 1)))
    found = np.asarray(sheet(panels, columns=2).convert("L"))
    one = np.asarray(panels[0][1])
    places = [
        (y, x)
        for y in range(found.shape[0] - one.shape[0] + 1)
        for x in range(found.shape[1] - one.shape[1] + 1)
        if np.array_equal(found[y : y + one.shape[0], x : x + one.shape[1]], one)
    ]
    assert len(places) == 4
    assert len({y for y, _ in places}) == 2 and len({x for _, x in places}) == 2


@pytest.mark.parametrize(
    ("bad", "columns", "scale"),
    [
        (images(1).astype(float), 1, 1),
        (images(1)[0], 1, 1),
        (images(1, channels=2), 1, 1),
        (images(0), 1, 1),
        (images(1), 0, 1),
        (images(1), 1, 0),
    ],
)
def test_what_is_no_grid_is_refused(bad, columns, scale):
    with pytest.raises(ValueError, match="images"):
        grid(bad, columns, scale)


def test_what_is_no_sheet_is_refused():
    with pytest.raises(ValueError, match="panels"):
        sheet([], 1)
