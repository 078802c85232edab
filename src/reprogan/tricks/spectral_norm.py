"""Spectral normalization of the critic's layers. Miyato et al. 2018, algorithm 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..component import Count
from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game


class SpectralNorm(Trick):
    """Each weight is divided by its largest singular value, by power iteration in every forward."""

    name: Literal["spectral_norm"] = "spectral_norm"
    power_iterations: Count = 1

    def apply(self, game: Game) -> None:
        """Parametrize the convolutions, linear layers and embeddings of every critic."""
        from torch import nn
        from torch.nn.utils.parametrizations import spectral_norm

        for pair in game.pairs:
            layers = [
                m
                for m in pair.critic.network.modules()
                if isinstance(m, nn.Conv2d | nn.ConvTranspose2d | nn.Linear | nn.Embedding)
            ]
            for layer in layers:
                spectral_norm(layer, n_power_iterations=self.power_iterations)
