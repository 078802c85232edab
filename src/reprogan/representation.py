"""What a critic makes of images, layer by layer, as features. Radford et al. 2016, section 5.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d
from torch.utils._python_dispatch import TorchDispatchMode

from .game import Batch
from .metrics.extractors.convolutional import to_float
from .metrics.features import chunks
from .sampling import Model

SIDE = 4
"""Height and width to which a larger activation is max-pooled; the paper's."""

CHANGES_IMAGES = ("adaptive_augment", "augment", "dequantize", "instance_noise")
"""Tricks by which a critic sees a real image as it is not, differently each time."""

WEIGHTED = {"convolution", "addmm", "mm", "linear"}
NONLINEAR = {"relu", "leaky_relu", "elu", "silu", "gelu", "softplus", "tanh", "sigmoid", "amax"}
"""Torch's names of operations, without the _ of those that work in place; amax makes a maxout."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a critic makes of N images.

    kind: which layers, and how they are read. layers: the shape of each, as read, in order.
    features: (N, F) float32. logits: (N, K) float32 where it says classes; None where it does not.
    """

    kind: str
    layers: list[list[int]]
    features: npt.NDArray[np.float32]
    logits: npt.NDArray[np.float32] | None


class Activations(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keeps each layer's activation, in order, of all that is computed within it.

    A layer is a convolution or matrix product, or several that are added up; its activation is what
    the nonlinearity after it gives: in a residual network, that of the next block. Operations are
    watched, not modules, so it does not matter whether a nonlinearity is a module or a call.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: list[Tensor] = []
        self.open = False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None  # noqa: ANN401  torch's own
    ) -> Any:  # fmt: skip  # noqa: ANN401
        """Run an operation of torch; keep what it gives if it ends a layer."""
        out = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__.rstrip("_")
        if name in WEIGHTED:
            self.open = True
        elif name in NONLINEAR and self.open:
            self.kept.append(pooled(out))
            self.open = False
        return out

    @property
    def layers(self) -> tuple[str, list[Tensor]]:
        """The convolutional ones; the hidden ones of a critic that has none."""
        maps = [activation for activation in self.kept if activation.dim() == 4]
        return (f"conv_maxpool{SIDE}", maps) if maps else ("hidden", self.kept)


def pooled(activation: Tensor) -> Tensor:
    """(N, C, H, W) max-pooled to at most SIDE x SIDE; anything else as it is."""
    if activation.dim() != 4:
        return activation.clone()
    high, wide = (min(SIDE, side) for side in activation.shape[2:])
    return adaptive_max_pool2d(activation, (high, wide))


def read(model: Model, images: npt.NDArray[np.uint8]) -> Reading:
    """What the critic of `model`, in evaluation mode, makes of (N, C, S, S) uint8 images.

    It sees them as it saw real ones in training; of a model loaded without CHANGES_IMAGES, without
    what is done at random to them. In a pyramid it is the critic of the finest level. Raises
    ValueError for one that must be told classes: what it makes of images would depend on that.
    """
    parts = [to_float(torch.from_numpy(chunk)).to(model.device) for chunk in chunks(images)]
    if model.told > 1:
        one, two = (judge(model, parts[0], told).layers for told in (0, 1))
        if not all(map(torch.equal, one, two)):
            raise ValueError(
                "this critic is told the class of an image, for which it was to be tested;"
                " represent a variant whose critic is not told"
            )
    judged = [judge(model, part) for part in parts]
    first = judged[0]
    if not first.layers:
        raise ValueError("this critic has no layer with a nonlinearity: there is nothing to read")
    logits = [part.logits for part in judged if part.logits is not None]
    return Reading(
        kind=first.kind,
        layers=[list(activation.shape[1:]) for activation in first.layers],
        features=gathered([part.flat for part in judged], len(images)),
        logits=gathered(logits, len(images)) if logits else None,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """What a critic makes of one chunk of images; see Reading."""

    kind: str
    layers: list[Tensor]
    logits: Tensor | None

    @property
    def flat(self) -> Tensor:
        """(n, F): all layers, concatenated."""
        return torch.cat([activation.flatten(1) for activation in self.layers], dim=1)


@torch.no_grad()
def judge(model: Model, x: Tensor, told: int = 0) -> Judged:
    """Of (n, C, S, S) images in [-1, 1]; in a conditional game all are said to be of class `told`.

    Pair 0 is the one at full size.
    """
    pair = model.game.pairs[0]
    batch = pair.view(Batch(x, torch.full((len(x),), told, device=x.device)))
    with Activations() as seen:
        verdict = pair.critic.network.eval()(pair.see(batch.x), batch.given)
    kind, layers = seen.layers
    return Judged(kind, layers, verdict.heads.get("class"))


def gathered(parts: list[Tensor], count: int) -> npt.NDArray[np.float32]:
    """The first `count` rows of all parts, off the device."""
    rows: npt.NDArray[np.float32] = torch.cat(parts)[:count].cpu().numpy()
    return rows
