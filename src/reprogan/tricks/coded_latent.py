"""InfoGAN's noise. Chen et al. 2016, section 7.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ..latent import Latent


@dataclass(frozen=True, slots=True)
class CodedLatent(Latent):
    """Noise that begins with one of `categories`, one-hot, and `continuous` numbers on (-1, 1)."""

    categories: int = 10
    continuous: int = 2

    @property
    def kind(self) -> str:
        """Neither one prior nor the other."""
        return "coded"

    def draw(self, n: int, device: torch.device) -> Tensor:
        """(n, latent) float32 from torch's generator of the device."""
        z = Latent.draw(self, n, device)
        category = torch.randint(self.categories, (n,), device=device)
        numbers = torch.rand(n, self.continuous, device=device).mul_(2).sub_(1)
        return self._with_code(z, category, numbers)

    def of(self, seed: int, images: range, stream: int = 0) -> Tensor:
        """(len(images), latent) float32; image i is of category i modulo `categories`."""
        z = Latent.of(self, seed, images, stream)
        category = torch.tensor([i % self.categories for i in images])
        return self._with_code(z, category, z[:, self.categories :][:, : self.continuous])

    def _with_code(self, z: Tensor, category: Tensor, numbers: Tensor) -> Tensor:
        code = one_hot(category, self.categories)
        rest = z[:, self.categories + self.continuous :]
        return torch.cat([code.to(z.dtype), numbers, rest], dim=1)

    def _row(self, random: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
        row = Latent._row(self, random)
        code = slice(self.categories, self.categories + self.continuous)
        row[code] = random.random(self.continuous, dtype=np.float32) * 2 - 1
        return row
