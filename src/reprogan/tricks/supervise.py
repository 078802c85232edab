"""Semi-supervised learning with K + 1 classes. Salimans et al. 2016, section 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ..component import ConfigError, Positive
from .trick import Trick

if TYPE_CHECKING:
    from torch import Tensor

    from ..game import Game, Round
    from ..variant import Variant

CROSS_ENTROPIES = ("minimax", "non_saturating")
"""Objectives whose critic minimizes -log D(x) - log(1 - D(G(z)))."""


class Supervise(Trick):
    """The critic also tells the K classes apart, on images whose class is known (`labels`).

    The fake class's logit is fixed at 0: with Z = sum over K of exp l_k, an image is real with
    D = Z / (Z + 1), the sigmoid of log Z, which is the score. So the adversarial term is the
    paper's unsupervised loss -E log D(x) - E log(1 - D(G(z))).

    weight: of the cross-entropy over K classes; 1 is the paper's sum. Its code halves the
    unsupervised loss, so its ratio is a weight of 2.
    """

    needs_labels: ClassVar[bool] = True
    few_labels: ClassVar[bool] = True

    name: Literal["supervise"] = "supervise"
    weight: Positive = 1.0

    def check(self, variant: Variant, batch: int) -> None:
        """Refuse other objectives, critics without a head, and games that tell the class.

        Raises ValueError.
        """
        if variant.objective.name not in CROSS_ENTROPIES:
            raise ValueError(
                f"tricks: {self.name} makes one cross-entropy of K + 1 classes; valid objectives:"
                f" {', '.join(CROSS_ENTROPIES)}; got {variant.objective.name}"
            )
        if not variant.networks.headed:
            raise ValueError(
                f"tricks: {self.name} scores by a linear head of K classes;"
                f" the critic of networks {variant.networks.name} has none"
            )
        if variant.game.conditional:
            raise ValueError(
                f"tricks: {self.name} predicts the class, which a conditional game tells;"
                " set game.conditional: false"
            )

    def apply(self, game: Game) -> None:
        """The score becomes that of the classes. Raises ConfigError where there are none."""
        from ..game import Weighted

        if not game.classes:
            raise ConfigError(
                "tricks: supervise needs labeled images, and these have no classes. A row of"
                " `variants` is left out by: dvc exp run -S '~variants.NAME'"
            )
        for pair in game.pairs:
            pair.critic.network.score_by_classes(game.classes)  # type: ignore[operator]
            pair.critic.terms["supervised"] = Weighted(supervised, self.weight)


def supervised(round: Round) -> Tensor:
    """Mean cross-entropy of the classes, on the images whose class is known."""
    from torch.nn.functional import cross_entropy

    verdict, y = round.on_labeled
    return cross_entropy(verdict.heads["class"], y)
