"""Virtual batch normalization. Salimans et al. 2016, section 3.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from .trick import Trick

if TYPE_CHECKING:
    from ..game import Game
    from ..variant import Variant


class VirtualBatchNorm(Trick):
    """Generators normalize by a reference batch that is drawn once: no image sees another.

    In the generator only: it costs a second batch through the network in every forward.

    reference: noises in it, each with a class where the game is conditional.
    """

    name: Literal["virtual_batch_norm"] = "virtual_batch_norm"
    reference: Annotated[int, Field(ge=2)] = 64

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse generators without batch norm. Raises ValueError."""
        norm = getattr(variant.networks, "generator_norm", "none")
        if norm != "batch":
            raise ValueError(
                f"tricks: {self.name} takes the place of the generator's batch norm; that of"
                f" networks {variant.networks.name} has norm {norm}"
            )

    def apply(self, game: Game) -> None:
        """Draw the reference of each generator, and put its norms in place of batch norm."""
        import torch

        from ..networks.virtual_modules import refer

        for pair in game.pairs:
            z = pair.latent.draw(self.reference, torch.device("cpu"))
            classes: int = pair.generator.network.classes  # type: ignore[assignment]
            given = torch.randint(classes, (self.reference,)) if classes else None
            refer(pair.generator.network, z, given)
