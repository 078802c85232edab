"""The course of a training: a row of means every few steps, on the device between flushes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils import get_total_norm

from .game import Game, Player
from .trainer import Turn


class DivergenceError(FloatingPointError):
    """A loss that is not a finite number; says the step and the player's term."""

    def __init__(self, text: str, step: int) -> None:
        super().__init__(text)
        self.step = step


Mark = tuple[int, str, Tensor]
"""A value of a column at a step, still on the device."""

Point = tuple[int, str, float]
"""The same on the host."""


@dataclass
class History:
    """Means of losses and gap over `every` steps; norms as of a player's first turn in them.

    Columns: `step` (updates of the critic so far), `images` (real ones shown so far), then of each
    player PLAYER_TERM (weighted loss), PLAYER_gradient_norm (Euclidean, of all it trains) and
    PLAYER_weight_max (largest absolute parameter); of critics PLAYER_gap (mean score of real images
    minus that of fakes). A field is empty where a player did not act.

    marks: values on the device. points: values on the host whose window is not over.
    measured: the players whose norms the window has. lines: the rows of windows that are over.
    """

    columns: list[str]
    every: int
    batch: int
    lines: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    measured: list[str] = field(default_factory=list)

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
                self.measured.append(turn.player.name)
            self.marks += [(step, f"{turn.player.name}_{key}", v) for key, v in values.items()]

    def flush(self, over: bool = False) -> None:
        """Bring all marks to the host at once, and write the windows that are complete.

        over: the last one counts as complete. Raises DivergenceError at the first bad value; what
        went before it is written.
        """
        try:
            self._fetch()
        except DivergenceError as fault:
            self._close(fault.step)
            raise
        self._close(self.points[-1][0] + 1 if self.points else 0, over)

    def _fetch(self) -> None:
        """All marks up to a bad one become points."""
        if self.marks:
            values = torch.stack([value.double() for *_, value in self.marks]).tolist()
            for (step, key, _), value in zip(self.marks, values, strict=True):
                refuse_infinite(value, key, step)
                self.points.append((step, key, value))
            self.marks.clear()

    def _close(self, end: int, over: bool = False) -> None:
        """Write the windows that are complete after `end` steps."""
        border = end if over else end // self.every * self.every
        self._write([point for point in self.points if point[0] < border])
        self.points = [point for point in self.points if point[0] >= border]

    def _write(self, points: list[Point]) -> None:
        windows: dict[int, dict[str, list[float]]] = {}
        ends: dict[int, int] = {}
        for step, key, value in points:
            window = step // self.every
            windows.setdefault(window, {}).setdefault(key, []).append(value)
            ends[window] = step + 1
        for window, row in windows.items():
            step = ends[window]
            means = [f"{fmean(row[key]):.6g}" if key in row else "" for key in self.columns]
            self.lines.append(",".join([str(step), str(step * self.batch), *means]))

    def state_dict(self) -> dict[str, Any]:
        """All that it takes to go on, once all marks have been flushed."""
        return {"lines": self.lines, "points": self.points, "measured": self.measured}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a `state_dict`."""
        self.lines, self.points = state["lines"], state["points"]
        self.measured = state["measured"]

    @property
    def csv(self) -> str:
        """The whole table, header first."""
        return "\n".join([",".join(["step", "images", *self.columns]), *self.lines, ""])


def refuse_infinite(value: float, key: str, step: int) -> None:
    """Raises DivergenceError for nan and infinities."""
    if not abs(value) < float("inf"):
        raise DivergenceError(f"{key} is {value} at step {step}", step)


def refuse_ruined(game: Game, step: int) -> None:
    """Raise DivergenceError when a network has a weight that is not finite; waits for the device.

    A finite loss can have a gradient that is not, and ruin its weights in the same step.
    """
    for name, network in game.networks.items():
        value = get_total_norm([p.detach() for p in network.parameters()], float("inf"))
        refuse_infinite(value.item(), f"the largest weight of {name}", step)


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
