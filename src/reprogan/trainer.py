"""The training loop. It is the only one, and it names no variant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from .game import Batch, Game, Player, Round
from .streams import STEP, seed_of


@dataclass(frozen=True, slots=True)
class Turn:
    """What one player did in a step: its weighted losses by term, detached and on the device."""

    player: Player
    round: Round
    losses: dict[str, Tensor]


def train(
    game: Game, batch_at: Callable[[int], Batch], *, steps: int, seed: int, first: int = 0
) -> Iterator[tuple[int, list[Turn]]]:
    """Play `game` from step `first` up to `steps`, yielding (step, turns) after each step.

    A generator: the caller owns logging, saving, sampling and stopping, and the loop owns none.
    Each step is seeded by (seed, step) alone, so a run resumed from a checkpoint is bit-for-bit
    the run that was never stopped. Nothing here waits for the device.
    """
    for player in game.players:
        let_learn(player, False)
    for step in range(first, steps):
        torch.manual_seed(seed_of(seed, STEP, step))
        for schedule in game.schedules:
            schedule(step, steps)
        batch = batch_at(step)
        turns = []
        for pair in game.pairs:
            for player in pair.players:
                if turn := player.rhythm(player.every, step):
                    turns.append(take_turn(player, player.meet(pair, batch), turn))
        yield step, turns


def take_turn(player: Player, round: Round, turn: int) -> Turn:
    """One update of one player on its own terms; nobody else's parameters get a gradient."""
    let_learn(player, True)
    losses = {
        name: weighted.weight * weighted.every * weighted.term(round)
        for name, weighted in player.terms.items()
        if turn % weighted.every == 0
    }
    player.optimizer.zero_grad(set_to_none=True)
    torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
    for action in player.before:
        action()
    player.optimizer.step()
    let_learn(player, False)
    for action in player.after:
        action()
    return Turn(player, round, {name: loss.detach() for name, loss in losses.items()})


def let_learn(player: Player, learns: bool) -> None:
    """Only the acting player's parameters require grad."""
    for parameter in player.parameters:
        parameter.requires_grad_(learns)
