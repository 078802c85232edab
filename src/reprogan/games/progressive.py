"""Progressive growing. Karras et al. 2018, section 2."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from ..component import Count
from .single import Single
from .single import draw as draw_unbounded

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ..game import Batch, Game
    from ..networks import Networks
    from ..networks.progressive_modules import Growing
    from ..variant import Shape


class Progressive(Single):
    """One pair that starts on coarse images and doubles their side, level by level.

    The first level is held for a phase; each later one is faded in for a phase, linearly, and held
    for a phase; the last, at full size, to the end. Images keep the full size throughout: real
    ones are as coarse as the generated, and faded alike. A generator that has not grown up, because
    the training is shorter than its phases, draws coarse ones.

    phase_images: real images in a phase, 600,000 in the paper; null divides the training evenly.
    """

    name: Literal["progressive"] = "progressive"  # type: ignore[assignment]
    phase_images: Count | None = None

    def build(self, networks: Networks, shape: Shape, n_critic: int) -> Game:
        """The game of one pair, with a schedule by which all its networks grow."""
        game = super().build(networks, shape, n_critic)
        game.draw = draw
        game.schedules.append(partial(self.grow, game))
        for pair in game.pairs:
            pair.also_view(partial(fade, growing(pair.critic.network)[0]))
        return game

    def grow(self, game: Game, step: int, steps: int) -> None:
        """Let the networks grow; at each border between phases the optimizers forget.

        As in the authors' code, which resets Adam's moments as a fade begins and as it ends.
        """
        parts = [part for network in game.networks.values() for part in growing(network)]
        before, now = (
            self.grown(at, steps, game.batch, parts[0].doublings) for at in (max(0, step - 1), step)
        )
        for part in parts:
            part.grown = now
        if math.floor(before) != math.floor(now) or math.ceil(before) != math.ceil(now):
            for player in game.players:
                player.optimizer.state.clear()

    def grown(self, step: int, steps: int, batch: int, doublings: int) -> float:
        """What `Growing.grown` is in a step, before which step * batch images were shown."""
        if self.phase_images is None:
            phase = step * (2 * doublings + 1) / steps
        else:
            phase = step * batch / self.phase_images
        return min(float(doublings), phase // 2 + max(0.0, phase % 2 - 1))


def growing(network: nn.Module) -> list[Growing]:
    """The parts of a network that grow."""
    from ..networks.progressive_modules import Growing

    return [part for part in network.modules() if isinstance(part, Growing)]


def fade(growth: Growing, batch: Batch) -> Batch:
    """Real images as fine as the networks have grown."""
    batch = replace(batch, x=faded(growth, batch.x))
    if batch.labeled is None:
        return batch
    x, y = batch.labeled
    return replace(batch, labeled=(faded(growth, x), y))


def faded(growth: Growing, x: Tensor) -> Tensor:
    """(N, C, H, W), full size -> the same size, in squares of the pixels that are in use."""
    import torch

    from ..networks.progressive_modules import enlarge, shrink

    fine = enlarge(shrink(x, growth.factor), growth.factor)
    if growth.alpha == 1:
        return fine
    coarse = enlarge(shrink(x, 2 * growth.factor), 2 * growth.factor)
    return torch.lerp(coarse, fine, growth.alpha)


def draw(generators: list[nn.Module], z: list[Tensor], given: Tensor | None) -> Tensor:
    """The one generator's images, whose output is linear, cut to [-1, 1]."""
    return draw_unbounded(generators, z, given).clamp(-1, 1)
