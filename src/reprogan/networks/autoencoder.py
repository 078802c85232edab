"""A critic that is an auto-encoder: EBGAN (Zhao et al. 2017) and BEGAN (Berthelot et al. 2017)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import Count, Positive
from .dcgan import Dcgan
from .networks import Networks, Norm

if TYPE_CHECKING:
    from torch import nn

    from ..variant import Shape


class Autoencoder(Networks):
    """Minus the error with which the critic redraws an image is its score; the code, its features.

    The encoder is DCGAN's critic, with a linear code in the place of its score; the decoder and the
    generator are DCGAN's generators, of the same shape, from a code and from noise.

    code:  numbers that an image is encoded in; BEGAN's generator takes as many of noise.
    error: of an image: absolute, the mean over its pixels (BEGAN, eq. 1 with eta = 1); euclidean,
           the length of the difference (EBGAN, eq. 4).
    """

    headed: ClassVar[bool] = False

    name: Literal["autoencoder"] = "autoencoder"
    width: Count = 64
    code: Count = 64
    error: Literal["absolute", "euclidean"] = "absolute"
    generator_norm: Norm = "none"
    init_std: Positive = 0.05

    @property
    def mixes(self) -> bool:
        """The decoder is a generator, and has a generator's norms."""
        return "batch" in (self.critic_norm, self.generator_norm)

    def check(self, size: int) -> None:
        """DCGAN's sizes."""
        self.parts().check(size)

    def generator(self, shape: Shape, latent: int) -> nn.Module:
        """DCGAN's."""
        return self.parts().generator(shape, latent)

    def critic(self, shape: Shape) -> nn.Module:
        """The body of DCGAN's critic, a linear code, and DCGAN's generator."""
        from .autoencoder_modules import AutoencoderCritic

        encoder = self.parts().critic(shape)
        decoder = self.parts().generator(replace(shape, classes=0), self.code)
        return AutoencoderCritic(encoder, decoder, self.code, self.error)  # type: ignore[arg-type]

    def parts(self) -> Dcgan:
        """What both networks are assembled from."""
        return Dcgan(
            width=self.width, generator_norm=self.generator_norm, critic_norm=self.critic_norm,
            init_std=self.init_std,
        )  # fmt: skip
