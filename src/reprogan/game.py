"""The vocabulary of adversarial training: batches, verdicts, rounds, players, pairs, games.

Nothing here knows a loss, a trick, an architecture or a data set: those are values that are put
into a `Game`, and `trainer.train` plays the game without looking at what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from .latent import Latent


class Given(Protocol):
    """What both networks are told of N images: their classes, or all that a game puts together."""

    def __getitem__(self, places: Tensor, /) -> Given:
        """What is told of the images at (n,) int64 places."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Real data of one step, as one pair of players sees it.

    x:       (N, C, H, W) float32 in [-1, 1].
    y:       (N,) int64 class, or UNLABELED; used by losses, never shown to a network.
    given:   what both networks are told (labels, blurred images); None when unconditional.
    labeled: (N, C, H, W) and (N,), none UNLABELED: where few labels are known, as many images as x
             whose class is; None where all are.
    """

    x: Tensor
    y: Tensor
    given: Given | None = None
    labeled: tuple[Tensor, Tensor] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a critic says of N images.

    score:    (N,) unbounded; larger means more real. A logit for the cross-entropy losses.
    features: (N, F) activations before the head.
    heads:    (N, K) of each further head by its name; "class" holds logits of the classes.
    """

    score: Tensor
    features: Tensor
    heads: Mapping[str, Tensor] = field(default_factory=dict)


class Round:
    """One exchange of a pair: noise, fakes and verdicts, each computed at most once, on demand.

    Only the acting player's parameters require grad while a round is played, so `fake` carries
    a graph in the generator's turn and none in the critic's: no term has to detach anything.
    """

    def __init__(self, pair: Pair, batch: Batch) -> None:
        self.pair = pair
        self.batch = pair.view(batch)

    @cached_property
    def z(self) -> Tensor:
        """(N, *latent.shape) fresh noise."""
        return self.pair.latent.draw(len(self.batch.x), self.batch.x.device)

    @cached_property
    def fake(self) -> Tensor:
        """(N, C, H, W) generated images, told the same `given` as the real ones."""
        return self.pair.generator.network(self.z, self.batch.given)  # type: ignore[no-any-return]

    @cached_property
    def on_real(self) -> Verdict:
        """The critic's verdict on the real images."""
        return self.judge(self.batch.x)

    @cached_property
    def on_fake(self) -> Verdict:
        """The critic's verdict on the generated images."""
        return self.judge(self.fake)

    @cached_property
    def on_labeled(self) -> tuple[Verdict, Tensor]:
        """The critic's verdict on images whose class is known, and their classes."""
        if self.batch.labeled is None:
            return self.on_real, self.batch.y
        x, y = self.batch.labeled
        return self.judge(x), y

    def judge(self, x: Tensor) -> Verdict:
        """The critic's verdict on any (N, C, H, W) images, told what the real ones are."""
        return self.pair.critic.network(self.pair.see(x), self.batch.given)  # type: ignore[no-any-return]

    def label(self, score: Tensor, real: bool) -> Tensor:
        """(n,) targets of the critic for these scores; 1 is real."""
        return self.pair.label(score, real)

    @property
    def gap(self) -> Tensor | None:
        """Mean score of real minus mean score of fake; None unless the round has asked for both."""
        if "on_real" not in self.__dict__ or "on_fake" not in self.__dict__:
            return None
        return (self.on_real.score.mean() - self.on_fake.score.mean()).detach()


Term = Callable[[Round], Tensor]
"""One scalar summand of a player's loss."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """A term, its weight, and how often it acts: every n-th turn, n-fold (lazy regularization)."""

    term: Term
    weight: float = 1.0
    every: int = 1


Rhythm = Callable[[int, int], int]
"""(every, step) -> the number, from 1, of the turn that is taken in the step; 0 where one waits."""


def steady(every: int, step: int) -> int:
    """A turn at the end of each `every` steps."""
    turn, waits = divmod(step + 1, every)
    return 0 if waits else turn


@dataclass(slots=True)
class Player:
    """One side: a network, what it minimizes, and what happens around each of its updates.

    every:      acts in each `every`-th step, at its end; the generator has n_critic here.
    rhythm:     in which steps it acts, where that is not all there is to it.
    meet:       makes the round that it plays of its pair and a batch.
    before:     called with no argument once it has gradients, before each update.
    after:      called with no argument after each update (clipping, averaging).
    parameters: what it trains; set by Variant.build once the tricks have shaped the network.
    """

    name: str
    network: nn.Module
    every: int = 1
    rhythm: Rhythm = steady
    meet: Callable[[Pair, Batch], Round] = Round
    terms: dict[str, Weighted] = field(default_factory=dict)
    before: list[Callable[[], None]] = field(default_factory=list)
    after: list[Callable[[], None]] = field(default_factory=list)
    parameters: list[nn.Parameter] = field(default_factory=list)
    optimizer: torch.optim.Optimizer = field(init=False)


def unchanged(value: Any) -> Any:  # noqa: ANN401  the identity
    """The view, or sight, that changes nothing."""
    return value


def certain(score: Tensor, real: bool) -> Tensor:
    """Targets that are sure: 1 for real images, 0 for generated ones."""
    return torch.full_like(score, float(real))


@dataclass(slots=True)
class Pair:
    """A generator and the critic that judges it, how they see data and where noise comes from.

    view:      what of a batch the pair works on, and what both networks are told.
    see:       what is done to every image, real or fake, on its way to the critic.
    label:     (scores, whether of real images) -> targets, of objectives that have targets.
    published: the generator network that is sampled; an average where one is kept.
    """

    critic: Player
    generator: Player
    latent: Latent
    view: Callable[[Batch], Batch] = unchanged
    see: Callable[[Tensor], Tensor] = unchanged
    label: Callable[[Tensor, bool], Tensor] = certain
    published: nn.Module = field(init=False)

    def __post_init__(self) -> None:
        self.published = self.generator.network

    @property
    def players(self) -> tuple[Player, Player]:
        """In the order in which they act."""
        return self.critic, self.generator

    def also_see(self, change: Callable[[Tensor], Tensor]) -> None:
        """Let `change` act on every image, after what is already done to it."""
        before = self.see
        self.see = lambda x: change(before(x))

    def also_view(self, change: Callable[[Batch], Batch]) -> None:
        """Let `change` act on every batch, after what is already done to it."""
        before = self.view
        self.view = lambda batch: change(before(batch))


class Stateful(Protocol):
    """What a checkpoint can keep: networks, optimizers, averages."""

    def state_dict(self) -> dict[str, Any]:
        """All that it takes to go on."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> object:
        """Go on from a `state_dict`."""


Draw = Callable[[list[nn.Module], list[Tensor], Tensor | None], Tensor]
Schedule = Callable[[int, int], None]


class Game:
    """Everything that is trained together, and everything that must be saved to go on.

    draw:      (published generators, noise of each pair, given) -> (n, C, H, W) in [-1, 1].
    schedules: called with (step, steps) before anyone acts.
    batch:     real images in a step. classes: of the images; 0 when they are unlabeled.
    """

    def __init__(self, pairs: Sequence[Pair], draw: Draw) -> None:
        self.batch, self.classes = 1, 0
        self.pairs = list(pairs)
        self.draw = draw
        self.schedules: list[Schedule] = []
        self.stateful: dict[str, Stateful] = {}
        for player in self.players:
            self.keep(player.name, player.network)

    @property
    def players(self) -> list[Player]:
        """Every player, in the order in which they act."""
        return [player for pair in self.pairs for player in pair.players]

    @property
    def networks(self) -> dict[str, nn.Module]:
        """What is kept of the game once it is over: its networks, averages among them."""
        return {name: net for name, net in self.stateful.items() if isinstance(net, nn.Module)}

    def keep(self, name: str, thing: Stateful) -> None:
        """Save and restore `thing` with the game, under a name of its own."""
        if name in self.stateful:
            raise ValueError(f"state {name!r} is already kept")
        self.stateful[name] = thing

    @torch.no_grad()
    def sample(self, z: list[Tensor], given: Tensor | None = None) -> Tensor:
        """(n, C, H, W) float32 in [-1, 1] from each pair's noise, by networks in eval mode."""
        networks = [pair.published for pair in self.pairs]
        modes = [network.training for network in networks]
        for network in networks:
            network.eval()
        try:
            return self.draw(networks, z, given)
        finally:
            for network, mode in zip(networks, modes, strict=True):
                network.train(mode)

    def state_dict(self) -> dict[str, Any]:
        """Everything that training reads and changes, by name."""
        return {name: thing.state_dict() for name, thing in self.stateful.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict`. Raises ValueError when it is of another kind of game."""
        if state.keys() != self.stateful.keys():
            raise ValueError(f"the state keeps {sorted(state)}, this game {sorted(self.stateful)}")
        for name, thing in self.stateful.items():
            thing.load_state_dict(state[name])
