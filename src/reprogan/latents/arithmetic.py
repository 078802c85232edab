"""Arithmetic on the noise of a generator, and on its pixels. Radford et al. 2016, section 6.3.2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..sampling import Model
from ..streams import generator_of
from .expression import Term

Images = npt.NDArray[np.uint8]

REACH = 0.25
"""Of the uniform noise that makes a result's neighbors, as in the paper's figure 7."""

SIDE, CENTER = 3, 4
"""Results in a row, and the place among them of the result itself; the others are neighbors."""

NEIGHBORS = 900
"""A stream below those of samples; pair k of a game draws from NEIGHBORS + k."""


@dataclass(frozen=True, eq=False, slots=True)
class Concept:
    """One term: the samples whose mean it is, as images, and the image of their mean latent."""

    term: Term
    numbers: list[int]
    exemplars: Images
    mean: Images


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """images: (9, C, H, W), in the middle the result itself. in_pixels: (1, C, H, W)."""

    concepts: list[Concept]
    images: Images
    in_pixels: Images


def calculate(model: Model, seed: int, chosen: Sequence[tuple[Term, list[int]]]) -> Result:
    """The signed sum of concepts, each the mean latent of the chosen samples of `seed`."""
    noise = [model.noise(seed, numbers) for _, numbers in chosen]
    concepts = [
        Concept(term, numbers, model.render(z), model.render(means(z)))
        for (term, numbers), z in zip(chosen, noise, strict=True)
    ]
    signs = [term.sign for term, _ in chosen]
    totals = [total(signs, parts) for parts in zip(*(means(z) for z in noise), strict=True)]
    around = [neighbors(y, seed, k) for k, y in enumerate(totals)]
    return Result(concepts, model.render(around), in_pixels(signs, [c.exemplars for c in concepts]))


def means(z: Sequence[Tensor]) -> list[Tensor]:
    """(n, *shape) of each pair -> (1, *shape) of each."""
    return [noise.mean(0, keepdim=True) for noise in z]


def total(signs: Sequence[int], parts: Sequence[Tensor]) -> Tensor:
    """The signed sum."""
    return torch.stack([sign * part for sign, part in zip(signs, parts, strict=True)]).sum(0)


def neighbors(y: Tensor, seed: int, k: int) -> Tensor:
    """(1, *shape) -> (9, *shape): in the middle y itself, around it y + U(-REACH, REACH)."""
    shape = (SIDE**2, *y.shape[1:])
    off = generator_of(seed, NEIGHBORS + k, 0).uniform(-REACH, REACH, shape).astype(np.float32)
    off[CENTER] = 0
    return y + torch.from_numpy(off)


def in_pixels(signs: Sequence[int], exemplars: Sequence[Images]) -> Images:
    """The same sum of mean images, (n, C, H, W) of each concept, in [-1, 1] and cut to it."""
    sums = sum(
        sign * (images.mean(0, dtype=np.float64) / 127.5 - 1)
        for sign, images in zip(signs, exemplars, strict=True)
    )
    cut: Images = np.rint((np.clip(np.asarray(sums), -1, 1) + 1) * 127.5).astype(np.uint8)
    return cut[None]
