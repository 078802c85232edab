"""The course of a training: a row of means every few steps, on the device between flushes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

from .game import Game, Player
from .trainer import Turn


class DivergenceError(FloatingPointError):
    """A loss that is not a finite number; says the step and the player's term."""


@dataclass
class History:
    """Means of losses and gap over `every` steps; norms as of a player's first turn in them.

    Columns: `step` (updates of the critic so far), `images` (real ones shown so far), then of each
    player PLAYER_TERM (weighted loss), PLAYER_gradient_norm (Euclidean, of all it trains) and
    PLAYER_weight_max (largest absolute parameter); of critics PLAYER_gap (mean score of real images
    minus that of fakes). A field is empty where a player did not act.
    """

    columns: list[str]
    every: int
    batch: int
    lines: list[str] = field(default_factory=list)
    pending: list[tuple[int, str, Tensor]] = field(default_factory=list)
    measured: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, game: Game, every: int, batch: int) -> History:
        """An empty history with the game's columns."""
        return cls(columns_of(game), every, batch)

    def add(self, step: int, turns: Iterable[Turn]) -> None:
        """Take note of a step; waits for nothing."""
        if step % self.every == 0:
            self.measured.clear()
        for turn in turns:
            values = {**turn.losses, **gap(turn)}
            if turn.player.name not in self.measured:
                values |= norms(turn.player)
                self.measured.add(turn.player.name)
            self.pending += [(step, f"{turn.player.name}_{key}", v) for key, v in values.items()]

    def flush(self) -> None:
        """Bring all that is pending to the host at once. Raises DivergenceError at a bad loss."""
        if not self.pending:
            return
        values = torch.stack([value.double() for *_, value in self.pending]).tolist()
        rows: dict[int, dict[str, list[float]]] = {}
        last: dict[int, int] = {}
        for (step, key, _), value in zip(self.pending, values, strict=True):
            if not abs(value) < float("inf"):
                raise DivergenceError(f"{key} is {value} at step {step}")
            window = step // self.every
            rows.setdefault(window, {}).setdefault(key, []).append(value)
            last[window] = step + 1
        self.pending.clear()
        for window, row in rows.items():
            step = last[window]
            means = [f"{fmean(row[key]):.6g}" if key in row else "" for key in self.columns]
            self.lines.append(",".join([str(step), str(step * self.batch), *means]))

    @property
    def csv(self) -> str:
        """The whole table, header first."""
        return "\n".join([",".join(["step", "images", *self.columns]), *self.lines, ""])


def columns_of(game: Game) -> list[str]:
    """What is known of every player before anyone has acted."""
    columns = []
    for pair in game.pairs:
        for player in pair.players:
            keys = [*player.terms, *(["gap"] if player is pair.critic else [])]
            columns += [f"{player.name}_{key}" for key in (*keys, "gradient_norm", "weight_max")]
    return columns


def gap(turn: Turn) -> dict[str, Tensor]:
    """The critic's gap, in the critic's turn."""
    value = turn.round.gap if turn.player is turn.round.pair.critic else None
    return {} if value is None else {"gap": value}


def norms(player: Player) -> dict[str, Tensor]:
    """Norm of the last gradient and largest absolute weight, on the device."""
    gradients = [p.grad for p in player.parameters if p.grad is not None]
    weights = [p.detach() for p in player.parameters]
    return {
        "gradient_norm": get_total_norm(gradients),
        "weight_max": get_total_norm(weights, norm_type=float("inf")),
    }
