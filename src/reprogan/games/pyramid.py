"""The Laplacian pyramid. Burt & Adelson 1983, with the operators of the code of Denton et al. 2015.

An image is its blurred self, which is `up(down(image))`, plus the difference between the two, so
the coarsest image and the differences above it give the image back, to the rounding of a sum.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate


@dataclass(frozen=True, slots=True)
class Blurred:
    """What the networks of a level are told of N images.

    image: (N, C, H, W) the image of the next coarser level, brought to the size of this one.
    y:     (N,) classes; None where the game is not conditional.
    """

    image: Tensor
    y: Tensor | None = None

    def __getitem__(self, places: Tensor) -> Blurred:
        """What is told of the images at these places."""
        return Blurred(self.image[places], None if self.y is None else self.y[places])


def down(x: Tensor, times: int = 1) -> Tensor:
    """(N, C, H, W) -> (N, C, H / 2^times, W / 2^times): means of squares.

    The mean of 2x2 is what the code's `image.scale` takes to half the size; `times` of them are the
    mean of a larger square.
    """
    return avg_pool2d(x, 2**times)


def up(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, 2H, 2W): linear between pixels, corners on corners.

    So does the code's `image.scale` where it enlarges.
    """
    return interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
