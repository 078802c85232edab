"""From configuration to a game: networks, a game, an objective, tricks and optimizers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import field_validator

from .component import Component, Count, plain
from .games import AnyGame
from .losses import AnyObjective
from .networks import AnyNetworks
from .optimizers import AnyOptimizer
from .tricks import TRICKS, AnyTricks
from .tricks.trick import Trick

if TYPE_CHECKING:
    import torch

    from .game import Game


@dataclass(frozen=True, slots=True)
class Shape:
    """Images that are (channels, size, size), of `classes` classes; 0 when they are unlabeled."""

    channels: int
    size: int
    classes: int = 0


class Variant(Component):
    """One GAN, fully stated: nothing else decides how it is built."""

    game: AnyGame
    networks: AnyNetworks
    objective: AnyObjective
    tricks: AnyTricks = ()
    n_critic: Count = 1
    critic_optimizer: AnyOptimizer
    generator_optimizer: AnyOptimizer

    @field_validator("tricks")
    @classmethod
    def in_order(cls, tricks: tuple[Trick, ...]) -> tuple[Trick, ...]:
        """As the table of tricks has them, so that their order in params.yaml changes nothing."""
        return tuple(sorted(tricks, key=lambda trick: list(TRICKS).index(trick.name)))

    def check(self, size: int, batch: int) -> None:
        """Raise ValueError when the parts do not go together, or with images of this size.

        batch: real images in a step.
        """
        self.networks.check(size)
        self.game.check(self, size)
        self.objective.check(self)
        if batch == 1 and "batch" in (
            self.networks.critic_norm, getattr(self.networks, "generator_norm", "none")
        ):  # fmt: skip
            raise ValueError("train.batch: 1 leaves batch norm one image, and nothing to compare")
        for trick in self.tricks:
            for other in self.tricks:
                if other.name in trick.excludes:
                    raise ValueError(
                        f"tricks: {trick.name} and {other.name} exclude each other:"
                        f" {trick.excludes[other.name]}"
                    )
            trick.check(self, batch)

    @property
    def needs_labels(self) -> bool:
        """Whether the classes of images are told to its networks, or learned by them."""
        return self.game.conditional or any(trick.needs_labels for trick in self.tricks)

    @property
    def begins(self) -> int:
        """Steps up to the generators' first turn, counted with it."""
        begins = self.n_critic
        for trick in self.tricks:
            begins = trick.begins(self.n_critic, begins)
        return begins

    def build(self, shape: Shape, batch: int, device: torch.device | str = "cpu") -> Game:
        """The game, ready to be trained, its weights drawn from torch's CPU generator.

        Networks first, then the objective on every pair, then the tricks, then the move to the
        device; optimizers last, when it is settled what there is to train.
        """
        from .game import Weighted

        game: Game = self.game.build(self.networks, shape, self.n_critic)
        game.batch, game.classes = batch, shape.classes
        for pair in game.pairs:
            pair.critic.terms["adversarial"] = Weighted(self.objective.critic)
            pair.generator.terms["adversarial"] = Weighted(self.objective.generator)
        for trick in self.tricks:
            trick.apply(game)
        for network in game.networks.values():
            network.to(device)
        self._let_learn(game)
        return game

    def _let_learn(self, game: Game) -> None:
        optimizers = (self.critic_optimizer, self.generator_optimizer)
        for pair in game.pairs:
            for player, optimizer in zip(pair.players, optimizers, strict=True):
                player.parameters = [p for p in player.network.parameters() if p.requires_grad]
                player.optimizer = optimizer(player.parameters)
                game.keep(f"{player.name}_optimizer", player.optimizer)

    def dump(self) -> dict[str, Any]:
        """The mapping that `parse` reads back, every default filled in."""
        return {**self.model_dump(mode="json"), "tricks": plain(self.tricks)}

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Variant:
        """A variant from what `dump` wrote."""
        return cls.model_validate(raw)
