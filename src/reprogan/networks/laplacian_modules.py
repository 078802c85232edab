"""The networks of a pyramid's finer levels, which are told blurred images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..game import Verdict
from .modules import Critic, code

if TYPE_CHECKING:
    from ..games.pyramid import Blurred


class FinerGenerator(nn.Module):
    """A body from noise and blurred images to what the latter lack. Denton et al. 2015, eq. 5.

    With classes, the body sees `tell(noise and blurred images, one-hot code)`.
    """

    def __init__(self, body: nn.Module, tell: nn.Module | None, classes: int = 0) -> None:
        super().__init__()
        self.body, self.tell, self.classes = body, tell, classes

    def forward(self, z: Tensor, given: Blurred) -> Tensor:
        """(N, 1, H, W) noise, told of N images -> (N, C, H, W): difference + blurred image."""
        return self.difference(z, given) + given.image

    def difference(self, z: Tensor, given: Blurred) -> Tensor:
        """(N, C, H, W), unbounded."""
        x = torch.cat([z, given.image], dim=1)
        if self.tell is not None:
            x = self.tell(x, code(given.y, self.classes))
        return self.body(x)  # type: ignore[no-any-return]


class FinerCritic(Critic):
    """A critic that is told blurred images, and looks at their classes only.

    It sees the sum of difference and blurred image, as the code's does, not the latter beside it.
    """

    def forward(self, x: Tensor, given: Blurred | None = None) -> Verdict:  # type: ignore[override]
        """(N, C, H, W) images, told of N images -> the verdict on each."""
        return super().forward(x, None if given is None else given.y)
