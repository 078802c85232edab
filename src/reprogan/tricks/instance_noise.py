"""Instance noise. Sonderby et al. 2017, section 3; Arjovsky & Bottou 2017, section 3."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ..component import Positive
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game


class InstanceNoise(Trick):
    """Gaussian noise on everything that the critic sees.

    std: at first, of pixels in [-1, 1]. until: the share of training over which it falls linearly
    to 0, in (0, 1]. Networks that grow average it over the pixels of a block on coarse levels.
    """

    name: Literal["instance_noise"] = "instance_noise"
    std: Positive = 0.1
    until: Annotated[float, Field(gt=0, le=1)] = 1.0

    def apply(self, game: Game) -> None:
        """Noise before every critic, and a schedule of it."""
        noise = Noise(self.std, self.until)
        game.schedules.append(noise.fade)
        for pair in game.pairs:
            pair.also_see(noise.on)


@dataclass(slots=True)
class Noise:
    """std: at first. until: share of training. now: this step's std, a function of it alone."""

    std: float
    until: float
    now: float = field(init=False, default=0.0)

    def fade(self, step: int, steps: int) -> None:
        """Set the std of this step."""
        self.now = self.std * max(0.0, 1 - step / (self.until * steps))

    def on(self, x: Tensor) -> Tensor:
        """(N, C, H, W), each pixel with noise of its own."""
        import torch

        return x + self.now * torch.randn_like(x) if self.now else x
