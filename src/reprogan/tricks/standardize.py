"""Critics that see images of mean 0 and deviation 1, as in the code of Denton et al. 2015."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game


class Standardize(Trick):
    """Mean and deviation are those of all pixels of the real images so far, as each pair sees them.

    The coarsest images of a pyramid are nearly constant: of MNIST at 4x4 a pixel varies by 0.18
    about -0.75. A critic that sees them as they are tells little but their mean for thousands of
    steps, and its generator stays collapsed for as long (docs/log.md).
    """

    name: Literal["standardize"] = "standardize"

    def apply(self, game: Game) -> None:
        """Every pair measures the real images that it is shown, and keeps what it measured."""
        from .standardizing import Standard

        for pair in game.pairs:
            standard = Standard()
            pair.also_view(standard.measure)
            pair.also_see(standard)
            game.keep(f"{pair.critic.name}_standard", standard)
