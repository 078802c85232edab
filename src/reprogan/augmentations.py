"""Differentiable augmentation of images. Zhao et al. 2020 (DiffAugment), section 3 and code.

Each takes (N, C, H, W) and draws for each image on its own, from torch's global generator.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

REACH = 1 / 8
"""The farthest that an image is moved, as a share of its side."""

HOLE = 1 / 2
"""The side of what is cut out, as a share of the image's."""


def color(x: Tensor) -> Tensor:
    """Brightness + U(-.5, .5), then saturation * U(0, 2), then contrast * U(.5, 1.5).

    Saturation is the distance from the mean over channels, contrast that from the image's mean; a
    gray image has no saturation to change.
    """
    x = x + uniform(x) - 0.5
    gray = x.mean(dim=1, keepdim=True)
    x = (x - gray) * (2 * uniform(x)) + gray
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return (x - mean) * (uniform(x) + 0.5) + mean


def translation(x: Tensor) -> Tensor:
    """Moved by whole pixels, up to an eighth of the side each way; zeros come in."""
    rows, columns = moved(x, x.shape[2]), moved(x, x.shape[3])
    images = torch.arange(len(x), device=x.device)[:, None, None]
    bordered = pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    taken = bordered[images, rows[:, :, None], columns[:, None, :]]
    return taken.permute(0, 3, 1, 2).contiguous()


def moved(x: Tensor, side: int) -> Tensor:
    """(N, side) the places that are shown, in an image with a border of one zero."""
    reach = int(side * REACH + 0.5)
    shift = torch.randint(-reach, reach + 1, (len(x), 1), device=x.device)
    return (torch.arange(side, device=x.device) + shift + 1).clamp_(0, side + 1)


def cutout(x: Tensor) -> Tensor:
    """A square of half the side becomes 0; its center is anywhere, so it may cross the edge."""
    rows, columns = hole(x, x.shape[2]), hole(x, x.shape[3])
    return x * ~(rows[:, None, :, None] & columns[:, None, None, :])


def hole(x: Tensor, side: int) -> Tensor:
    """(N, side) whether a row, or column, is within the hole."""
    size = int(side * HOLE + 0.5)
    first = torch.randint(0, side + 1 - size % 2, (len(x), 1), device=x.device) - size // 2
    place = torch.arange(side, device=x.device)
    return (first <= place) & (place < first + size)


def uniform(x: Tensor) -> Tensor:
    """(N, 1, 1, 1) U(0, 1), one number an image."""
    return torch.rand(len(x), 1, 1, 1, device=x.device)


POLICIES = {"color": color, "translation": translation, "cutout": cutout}
"""In the order in which they act."""
