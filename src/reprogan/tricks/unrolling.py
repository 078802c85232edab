"""Critics that are gradient steps ahead, as differentiable functions of what they learn from."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..game import Batch, Pair, Player, Round, Verdict

Weights = dict[str, Tensor]
"""Parameters and buffers of a network by their names."""


def look_ahead(
    meet: Callable[[Pair, Batch], Round], steps: int, rate: float, pair: Pair, batch: Batch
) -> Round:
    """The round that `meet` makes, before the critic as it would be `steps` steps later."""
    round = meet(pair, batch)
    weights = partial(trained, pair.critic, round, steps, rate)
    round.pair = judged_by(pair, Surrogate(pair.critic.network, weights))
    return round


class Surrogate(nn.Module):
    """A network with other weights in the place of its own, which stay as they are."""

    def __init__(self, network: nn.Module, weights: Callable[[], Weights]) -> None:
        super().__init__()
        self.network, self.make, self.weights = network, weights, Weights()

    def forward(self, x: Tensor, given: Tensor | None = None) -> Verdict:
        """What the network says with these weights; they are made when it is first asked."""
        if not self.weights:
            self.weights = self.make()
            del self.make  # it holds the round that holds this: a cycle would hold all its graphs
        verdict: Verdict = functional_call(self.network, self.weights, (x, given))
        return verdict


def judged_by(pair: Pair, network: nn.Module) -> Pair:
    """The pair with another network for its critic."""
    return replace(pair, critic=replace(pair.critic, network=network))


def trained(critic: Player, round: Round, steps: int, rate: float) -> Weights:
    """The critic's weights after `steps` steps on the images of a round, with their graph."""
    own, network = {id(p) for p in critic.parameters}, critic.network
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    weights = {
        name: p.detach().requires_grad_(True)
        for name, p in network.named_parameters()
        if id(p) in own
    }
    _ = round.fake  # drawn now, it is in every copy
    for _ in range(steps):
        now = copy.copy(round)
        now.pair = judged_by(round.pair, Surrogate(network, partial(dict, weights | buffers)))
        weights = descended(weights, loss_of(critic, now), rate)
    return weights | buffers


def loss_of(critic: Player, round: Round) -> Tensor:
    """The critic's whole loss of a round, lazy terms as on average."""
    losses = [weighted.weight * weighted.term(round) for weighted in critic.terms.values()]
    return torch.stack(losses).sum()


def descended(weights: Weights, loss: Tensor, rate: float) -> Weights:
    """One step of gradient descent, differentiable in everything the loss is a function of."""
    slopes = torch.autograd.grad(
        loss, list(weights.values()), create_graph=True, materialize_grads=True
    )
    return {
        name: weight - rate * slope
        for (name, weight), slope in zip(weights.items(), slopes, strict=True)
    }
