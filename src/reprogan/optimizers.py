"""Optimizers, with the settings that the papers state."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from .component import Component, NonNegative, OneOf, Positive, Share

if TYPE_CHECKING:
    import torch
    from torch import nn


class Optimizer(Component):
    """How a player's parameters follow their gradients."""

    name: str
    learning_rate: Positive

    @abstractmethod
    def __call__(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's optimizer of these parameters."""


class Adam(Optimizer):
    """Kingma & Ba 2015. The fused implementation: the same formula, one pass over memory."""

    name: Literal["adam"] = "adam"
    learning_rate: Positive = 2e-4
    beta1: Share = 0.5
    beta2: Share = 0.999
    eps: Positive = 1e-8

    def __call__(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's optimizer of these parameters."""
        import torch

        betas = (self.beta1, self.beta2)
        return torch.optim.Adam(
            parameters, lr=self.learning_rate, betas=betas, eps=self.eps, fused=True
        )


class RmsProp(Optimizer):
    """Tieleman & Hinton 2012; decay and eps are those of the torch code that WGAN used."""

    name: Literal["rmsprop"] = "rmsprop"
    learning_rate: Positive = 5e-5
    decay: Share = 0.99
    eps: Positive = 1e-8

    def __call__(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's optimizer of these parameters."""
        import torch

        return torch.optim.RMSprop(
            parameters, lr=self.learning_rate, alpha=self.decay, eps=self.eps, foreach=True
        )


class Sgd(Optimizer):
    """Gradient descent, with heavy-ball momentum."""

    name: Literal["sgd"] = "sgd"
    learning_rate: Positive = 0.1
    momentum: Share = 0.5
    weight_decay: NonNegative = 0.0

    def __call__(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Torch's optimizer of these parameters."""
        import torch

        return torch.optim.SGD(
            parameters,
            lr=self.learning_rate,
            momentum=self.momentum,
            weight_decay=self.weight_decay,
            fused=True,
        )


OPTIMIZERS: dict[str, type[Optimizer]] = {"adam": Adam, "rmsprop": RmsProp, "sgd": Sgd}

AnyOptimizer = Annotated[Optimizer, OneOf(OPTIMIZERS)]
