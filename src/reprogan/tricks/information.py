"""InfoGAN. Chen et al. 2016, eq. 5-6."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from ..component import NonNegative
from ..games.single import Single
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant


class Information(Trick):
    """The noise begins with a code that a head on the critic's features has to recover.

    The code is a category, one-hot, and `continuous` numbers on (-1, 1); the game's latent counts
    it in. The head's negative log-likelihood is in both losses, as in the authors' code, where the
    head is trained with the critic. Image i of a sample is of category i modulo `categories`.
    """

    name: Literal["information"] = "information"
    categories: Annotated[int, Field(ge=2)] = 10
    continuous: Annotated[int, Field(ge=0)] = 2
    weight: NonNegative = 1.0

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse critics without features for a head, and noise with no room for the code."""
        if not variant.networks.headed:
            raise ValueError(
                f"tricks: {self.name} adds a head; networks {variant.networks.name} take none"
            )
        room = variant.game.latent if isinstance(variant.game, Single) else 0
        if room < self.categories + self.continuous:
            raise ValueError(
                f"tricks: {self.name} needs flat noise (game.latent) of at least"
                f" {self.categories} + {self.continuous}; got {room}"
            )

    def apply(self, game: Game) -> None:
        """Other noise, one more head, and one more term of both players."""
        from ..game import Weighted
        from .coded_latent import CodedLatent

        term = partial(surprise, self.categories, self.continuous)
        for pair in game.pairs:
            pair.latent = CodedLatent(
                pair.latent.shape, pair.latent.prior, self.categories, self.continuous
            )
            pair.critic.network.add_head("code", self.categories + self.continuous)  # type: ignore[operator]
            for player in pair.players:
                player.terms["information"] = Weighted(term, self.weight)


def surprise(categories: int, continuous: int, round: Round) -> Tensor:
    """Mean -log Q(code | G(z)) up to a constant: a softmax, and normals of unit variance."""
    from torch.nn.functional import cross_entropy

    said, code = round.on_fake.heads["code"], round.z[:, : categories + continuous]
    category = cross_entropy(said[:, :categories], code[:, :categories].argmax(1))
    off = said[:, categories:] - code[:, categories:]
    return category + 0.5 * off.square().sum(1).mean()
