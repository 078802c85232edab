"""Differentiable augmentation. Zhao et al. 2020 (DiffAugment), eq. 5-6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class Augment(Trick):
    """Real and generated images are changed alike before the critic, each by draws of its own.

    color: brightness, saturation, contrast. translation: by up to an eighth of the side. cutout: of
    a square of half the side. The generator learns through the changes.
    """

    name: Literal["augment"] = "augment"
    color: bool = True
    translation: bool = True
    cutout: bool = True

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse to do nothing."""
        if not (self.color or self.translation or self.cutout):
            raise ValueError("tricks: augment: one of color, translation, cutout has to be true")

    def apply(self, game: Game) -> None:
        """One more thing before every critic for each policy."""
        from ..augmentations import POLICIES

        for pair in game.pairs:
            for name, policy in POLICIES.items():
                if getattr(self, name):
                    pair.also_see(policy)
