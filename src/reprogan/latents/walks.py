"""Ways from one latent to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from ..component import ConfigError
from ..latent import Latent
from ..sampling import Model

Path = Literal["linear", "spherical"]

STRAIGHT = 1e-6
"""Sine of an angle below which two vectors count as parallel or opposite."""


def line(a: Tensor, b: Tensor, t: float) -> Tensor:
    """(N, ...) the points at share t of the straight ways from a to b; the ends are exact."""
    return torch.lerp(a, b, t)


def arc(a: Tensor, b: Tensor, t: float) -> Tensor:
    """(N, ...) the points at share t of the arcs from a to b; the ends are exact. White 2016.

    Each of N is one vector, of whatever shape: sin((1 - t) w) / sin w a + sin(t w) / sin w b, where
    w is the angle between a and b. Parallel and opposite vectors have no one arc, but a line.
    """
    flat = a.double().flatten(1), b.double().flatten(1)
    lengths = flat[0].norm(dim=1) * flat[1].norm(dim=1)
    cosine = (flat[0] * flat[1]).sum(1) / lengths.clamp(min=torch.finfo(torch.double).tiny)
    angle = cosine.clamp(-1, 1).acos()
    sine = angle.sin()
    straight = (sine < STRAIGHT) | (lengths == 0)
    shares = [
        torch.where(straight, share, (share * angle).sin() / torch.where(straight, 1.0, sine))
        for share in (1.0 - t, t)
    ]
    way = [s[:, None] * end for s, end in zip(shares, flat, strict=True)]
    return (way[0] + way[1]).view(a.shape).to(a.dtype)


PATHS: dict[Path, Callable[[Tensor, Tensor, float], Tensor]] = {"linear": line, "spherical": arc}


def walk(a: Tensor, b: Tensor, steps: int, path: Path) -> Tensor:
    """(N, steps, ...): the first point of each walk is a, the last is b; the steps are equal."""
    return torch.stack([PATHS[path](a, b, i / (steps - 1)) for i in range(steps)], dim=1)


def walks(model: Model, seed: int, count: int, steps: int, paths: Sequence[Path]) -> list[Tensor]:
    """The noise of each pair of the game along walks in all of it at once.

    Each is (count * len(paths) * steps, *shape): walk j leads from image 2j to image 2j + 1 of
    `seed`, by each path in turn.
    """
    starts, ends = (model.noise(seed, range(k, 2 * count, 2)) for k in (0, 1))
    ways = [
        torch.stack([walk(a, b, steps, path) for path in paths], dim=1)
        for a, b in zip(starts, ends, strict=True)
    ]
    return [way.flatten(0, 2) for way in ways]


def choose_paths(asked: str | None, latents: Sequence[Latent]) -> list[Path]:
    """The paths of an option `--path`; None takes the one along which the prior has been seen.

    Normal noise of many numbers lies near a sphere, of which a straight way cuts a piece off: there
    an arc is better. A cube holds each straight way between two of its points, and not each arc.
    Raises ConfigError for an arc through noise that is not normal.
    """
    kinds = {latent.kind for latent in latents}
    others = sorted(kinds - {"normal"})
    if asked is None:
        return ["linear"] if others else ["spherical"]
    if asked in ("spherical", "both") and others:
        raise ConfigError(
            f"--path {asked}: the noise of this model is {' and '.join(others)}, and an arc between"
            " two of its points leaves what the generator has seen. Take --path"
            " linear"
        )
    chosen: dict[str, list[Path]] = {
        "linear": ["linear"], "spherical": ["spherical"], "both": ["linear", "spherical"]
    }  # fmt: skip
    if asked not in chosen:
        raise ConfigError(f"--path must be linear, spherical or both; got {asked!r}")
    return chosen[asked]
