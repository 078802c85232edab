"""Small games for tests: params.yaml's own rows on narrow networks and few images."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import torch

from reprogan.config import Params, parse
from reprogan.game import Game
from reprogan.reading import overlay, read
from reprogan.resident import Resident
from reprogan.streams import INIT, seed_of
from reprogan.tricks import TRICKS
from reprogan.variant import Shape, Variant

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
SHAPE, BATCH = Shape(channels=1, size=8, classes=10), 8
PLAIN = {"networks": {"critic_norm": "layer"}}
SGD = {"name": "sgd", "learning_rate": 0.01}
NEEDS: dict[str, dict[str, object]] = {
    "auxiliary_classifier": {"game": {"conditional": True, "critic_told": "nothing"}},
    "critic_warm_up": {"tricks": {"critic_warm_up": {"first": 1, "steps": 3, "period": 3}}},
    "critic_pretraining": {"tricks": {"critic_pretraining": {"steps": 3}}},
    "momentum_ramp": {"critic_optimizer": SGD, "generator_optimizer": SGD},
    "n_critic_schedule": {"tricks": {"n_critic_schedule": {"steps": [4], "n_critic": [3]}}},
    "equilibrium": {
        "networks": {"name": "autoencoder", "width": 4, "code": 6, "critic_norm": "layer"},
        "objective": {"name": "wasserstein"},
    },
    "information": {"game": {"latent": 16}},
}
"""What a trick needs of a variant to act within a few steps, laid over it: keys of Variant."""

NARROW = {
    "dcgan": {"width": 4},
    "progressive": {"width": 4},
    "resnet": {"width": 4},
    "mlp": {
        "units": 16, "latent_units": 6, "class_units": 10,
        "critic_units": 8, "critic_class_units": 4, "pieces": 2,
    },
    "autoencoder": {"width": 4, "code": 6},
    "laplacian": {
        "width": 4, "kernel": 3, "output_kernel": 3, "critic_kernel": 3, "units": 16, "critic_units": 8,
    },
}  # fmt: skip


@cache
def params() -> Params:
    return parse(read(ROOT / "params.yaml"), ROOT / "params.yaml")


def narrow(name: str, **over: object) -> Variant:
    """A row of params.yaml on narrow networks, with other keys of Variant laid over it."""
    raw = params().variant(name).dump()
    raw["networks"] |= NARROW[raw["networks"]["name"]]
    if "latent" in raw["game"]:
        raw["game"]["latent"] = 6
    for trick in raw["tricks"]:
        raw = overlay(raw, NEEDS.get(trick, {}))
    return Variant.parse(overlay(raw, over))


def on(*tricks: str, **over: object) -> Variant:
    """The tricks, at their defaults, on a small variant on which they act."""
    raw: dict[str, object] = {"tricks": {trick: {} for trick in tricks}, **PLAIN, **over}
    for trick in tricks:
        raw = overlay(raw, NEEDS.get(trick, {}))
    return narrow("dcgan", **raw)


def goes(*tricks: str) -> bool:
    """Whether the tricks go together; params.yaml refuses those that do not."""
    try:
        on(*tricks).check(SHAPE.size, BATCH)
    except ValueError:
        return False
    return True


def zoo() -> dict[str, Variant]:
    """Every row of params.yaml, every trick alone, and a variant by each optimizer."""
    variants = {name: narrow(name) for name in params().rows}
    for one in TRICKS:
        variants[f"+{one}"] = on(one, n_critic=2)
    for name in ("adam", "rmsprop", "sgd"):
        variants[f"by_{name}"] = narrow(
            "dcgan", critic_optimizer={"name": name, "learning_rate": 0.01}
        )
    return variants


ZOO = zoo()
TOGETHER = {f"+{one}+{two}": on(one, two) for one, two in combinations(TRICKS, 2) if goes(one, two)}
"""Every pair of tricks that go together."""


def build(variant: Variant, seed: int = 0, shape: Shape = SHAPE, batch: int = BATCH) -> Game:
    torch.manual_seed(seed_of(seed, INIT, 0))
    return variant.build(shape, batch)


def images(
    n: int = 40, shape: Shape = SHAPE, batch: int = BATCH, seed: int = 0, labels: int | None = None
) -> Resident:
    random = np.random.default_rng(7)
    x = random.integers(0, 256, (n, shape.channels, shape.size, shape.size), np.uint8)
    y = random.integers(0, shape.classes, n)
    return Resident(torch.from_numpy(x), torch.from_numpy(y), batch, seed, labels)


def leaves(state: object, path: str = "") -> dict[str, torch.Tensor]:
    """Every tensor and number in a state, by its path."""
    if isinstance(state, dict):
        parts = [leaves(v, f"{path}/{k}") for k, v in state.items()]
    elif isinstance(state, list | tuple):
        parts = [leaves(v, f"{path}/{i}") for i, v in enumerate(state)]
    elif isinstance(state, torch.Tensor):
        return {path: state.detach().clone()}
    elif isinstance(state, bool | int | float):
        return {path: torch.tensor(state)}
    else:
        return {}
    return {k: v for part in parts for k, v in part.items()}


def same(a: object, b: object) -> list[str]:
    """The paths at which two states differ; empty when they are equal bit for bit."""
    one, two = leaves(a), leaves(b)
    return sorted(one.keys() ^ two.keys()) + [
        key for key in one.keys() & two.keys() if not torch.equal(one[key], two[key])
    ]
