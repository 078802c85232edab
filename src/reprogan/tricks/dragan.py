"""DRAGAN's gradient penalty around the real images. Kodali et al. 2017, section 2.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import NonNegative
from .penalty import Penalty, gradient_norm

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Round


class Dragan(Penalty):
    """weight * mean (|grad D| - 1)^2 at real images with noise of their own spread upon them.

    The points are those of the authors' code, x + a s U(0, 1), with s = spread * std of the batch
    and one a ~ U(0, 1) an image; the paper's text has x + N(0, c).
    """

    name: Literal["dragan"] = "dragan"
    weight: NonNegative = 10.0
    spread: NonNegative = 0.5

    @property
    def strength(self) -> float:
        """The paper's lambda."""
        return self.weight

    def term(self, round: Round) -> Tensor:
        """Mean of (|grad| - 1)^2, two-sided."""
        points = around(round.batch.x, self.spread)
        return (gradient_norm(round, points) - 1).square().mean()


def around(x: Tensor, spread: float) -> Tensor:
    """(N, C, H, W): the images, each pixel brighter by up to a * spread * std of the batch."""
    import torch

    share = torch.rand(len(x), 1, 1, 1, device=x.device)
    return x + share * spread * x.std(correction=0) * torch.rand_like(x)
