"""One pair for each level of a Laplacian pyramid. Denton et al. 2015, section 3."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from ..component import Count
from ..priors import Prior
from .rules import Rules

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ..game import Batch, Game
    from ..networks import Networks
    from ..networks.laplacian import Laplacian as LaplacianNetworks
    from ..variant import Shape, Variant

COARSEST = 4
"""The least side of the coarsest images, in pixels: below it there is little left to learn."""


class Laplacian(Rules):
    """Each level is a conditional GAN of its own, told the image of the next coarser level.

    Its generator adds a difference to that image, and its critic judges the sum. The coarsest level
    is an ordinary GAN. In training every level is told the real pyramid, so levels do not touch
    each other; a sample is drawn from coarse to fine, and clamped to [-1, 1] at the end.

    levels: 1 is the coarsest alone; each further one doubles the side. Level 0, the finest, is
        played by `critic` and `generator`, level k by `critic_k` and `generator_k`.
    latent: numbers of noise a coarsest image; finer levels get a plane of noise.
    prior: distribution of all noise, as `priors.py` has it; the paper's is uniform on (-1, 1).
    """

    name: Literal["laplacian"] = "laplacian"
    levels: Count = 2
    latent: Count = 100
    prior: Prior = "uniform"

    def check(self, variant: Variant, size: int) -> None:
        """Raise ValueError for networks of another game, or images too small for the levels."""
        super().check(variant, size)
        if self.levels not in (valid := depths(size)):
            raise ValueError(
                f"game.levels: {self.levels} levels on images of {size} pixels; each halves the"
                f" side, down to {COARSEST} or more; valid: {', '.join(map(str, valid)) or 'none'}"
            )

    def build(self, networks: Networks, shape: Shape, n_critic: int) -> Game:
        """The game before its objective. Raises ConfigError where labels are needed and missing."""
        from ..game import Game, Pair, Player
        from ..latent import Latent

        self.refuse_unlabeled(shape)
        told = shape if self.conditional else replace(shape, classes=0)
        makes = cast("LaplacianNetworks", networks)
        pairs = []
        for level in range(self.levels):
            here, number = replace(told, size=shape.size >> level), f"_{level}" if level else ""
            finer = level + 1 < self.levels
            if finer:
                critic, generator = makes.finer_critic(here), makes.finer_generator(here)
            else:
                critic, generator = makes.critic(here), makes.generator(here, self.latent)
            pairs.append(
                Pair(
                    critic=Player(f"critic{number}", critic),
                    generator=Player(f"generator{number}", generator, every=n_critic),
                    latent=Latent(
                        (1, here.size, here.size) if finer else (self.latent,), self.prior
                    ),
                    view=partial(tell_blurred if finer else tell_class, level, self.conditional),
                )
            )
        return Game(pairs, draw)


def depths(size: int) -> list[int]:
    """The numbers of levels that images of size x size have: sides are halved while they are even.

    >>> depths(28), depths(8), depths(3)
    ([1, 2, 3], [1, 2], [])
    """
    return [n for n in range(1, size) if size % 2 ** (n - 1) == 0 and size >> (n - 1) >= COARSEST]


def tell_class(level: int, conditional: bool, batch: Batch) -> Batch:
    """The images of a level; the networks are told their classes, if anything."""
    from .pyramid import down

    labeled = batch.labeled and (down(batch.labeled[0], level), batch.labeled[1])
    given = batch.y if conditional else None
    return replace(batch, x=down(batch.x, level), given=given, labeled=labeled)


def tell_blurred(level: int, conditional: bool, batch: Batch) -> Batch:
    """The images of a level; the networks are told the same images, blurred, and their classes."""
    from .pyramid import Blurred, down, up

    told = tell_class(level, conditional, batch)
    return replace(told, given=Blurred(up(down(told.x)), batch.y if conditional else None))


def draw(generators: list[nn.Module], z: list[Tensor], given: Tensor | None) -> Tensor:
    """From coarse to fine: each generator adds detail to the image of the one before."""
    from .pyramid import Blurred, up

    image: Tensor = generators[-1](z[-1], given)
    for generator, plane in zip(generators[-2::-1], z[-2::-1], strict=True):
        image = generator(plane, Blurred(up(image), given))
    return image.clamp(-1, 1)
