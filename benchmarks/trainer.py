"""The trainer against a bare hand-written loop that does the same work, by process CPU time.

    python benchmarks/trainer.py [--rounds 15] [--seconds 1.0]

Both play the same networks on the same data, with the same optimizers, seeds and frozen parameters,
on one thread and in turns. At the end both must hold the same weights, bit for bit. Prints the
median ratio trainer / bare and its quartiles.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from reprogan.config import load
from reprogan.device import prepare
from reprogan.history import History
from reprogan.resident import Resident
from reprogan.streams import INIT, STEP, seed_of
from reprogan.trainer import train
from reprogan.variant import Shape, Variant

BATCH = 64
CASES = {
    "dcgan 8x8, width 32": ("dcgan", 8, {"width": 32}),
    "mlp 256": ("ns_gan", 28, {"units": 256, "critic_units": 64, "pieces": 4}),
    "dcgan 28x28, width 32": ("dcgan", 28, {"width": 32}),
    "wgan_gp 8x8, width 32": ("wgan_gp", 8, {"width": 32}),
}


def game_of(name: str, size: int, networks: dict[str, int]):
    """The row of params.yaml on those networks, freshly drawn."""
    raw = load(Path("params.yaml")).variant(name).dump()
    raw["networks"] |= networks
    torch.manual_seed(seed_of(0, INIT, 0))
    return Variant.parse(raw).build(Shape(1, size, 0), BATCH)


def data_of(size: int) -> Resident:
    """Random images: their content does not change what is computed."""
    x = np.random.default_rng(0).integers(0, 256, (4096, 1, size, size), np.uint8)
    y = torch.zeros(4096, dtype=torch.int64)
    return Resident(torch.from_numpy(x), y, BATCH, 0)


def ours(name: str, size: int, networks: dict[str, int]) -> tuple[Iterator[object], nn.Module]:
    """The trainer with its history, as the train stage runs it."""
    game = game_of(name, size, networks)
    history = History.of(game, every=10, batch=BATCH)

    def play() -> Iterator[None]:
        for step, turns in train(game, data_of(size).at, steps=10**9, seed=0):
            history.add(step, turns)
            if (step + 1) % 200 == 0:
                history.flush()
            yield

    return play(), game.pairs[0].generator.network


def bare(name: str, size: int, networks: dict[str, int]) -> tuple[Iterator[object], nn.Module]:
    """What one writes by hand when there is nothing but this one GAN."""
    game = game_of(name, size, networks)
    pair = game.pairs[0]
    critic, generator = pair.critic.network, pair.generator.network
    for_critic, for_generator = pair.critic.optimizer, pair.generator.optimizer
    every, latent, uniform = (
        pair.generator.every,
        pair.latent.shape[0],
        pair.latent.prior == "uniform",
    )
    data = data_of(size)
    penalized = "gradient_penalty" in pair.critic.terms

    def noise() -> Tensor:
        return torch.rand(BATCH, latent).mul_(2).sub_(1) if uniform else torch.randn(BATCH, latent)

    def of_critic(real: Tensor) -> Tensor:
        if not penalized:
            on_real = critic(real).score
            return softplus(-on_real).mean() + softplus(critic(generator(noise())).score).mean()
        fake = generator(noise())
        loss = critic(fake).score.mean() - critic(real).score.mean()
        x = torch.lerp(fake, real, torch.rand(BATCH, 1, 1, 1)).requires_grad_(True)
        (gradient,) = torch.autograd.grad(critic(x).score.sum(), x, create_graph=True)
        return loss + 10 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()

    def of_generator() -> Tensor:
        score = critic(generator(noise())).score
        return -score.mean() if penalized else softplus(-score).mean()

    def play() -> Iterator[None]:
        generator.requires_grad_(False)
        critic.requires_grad_(False)
        step = 0
        while True:
            torch.manual_seed(seed_of(0, STEP, step))
            real = data.x.index_select(0, data.chosen(step)).float().div_(127.5).sub_(1)
            update(critic, for_critic, lambda real=real: of_critic(real))
            if (step + 1) % every == 0:
                update(generator, for_generator, of_generator)
            step += 1
            yield

    return play(), generator


def update(
    network: nn.Module, optimizer: torch.optim.Optimizer, loss: Callable[[], Tensor]
) -> None:
    """One step of one network."""
    network.requires_grad_(True)
    optimizer.zero_grad(set_to_none=True)
    loss().backward()
    optimizer.step()
    network.requires_grad_(False)


def cpu(loop: Iterator[object], steps: int) -> float:
    """CPU seconds of so many steps."""
    start = time.process_time()
    for _ in range(steps):
        next(loop)
    return time.process_time() - start


def compare(label: str, rounds: int, seconds: float) -> None:
    """Print one row."""
    (one, mine), (two, theirs) = ours(*CASES[label]), bare(*CASES[label])
    steps = max(5, int(seconds / (cpu(two, 10) / 10)) // 5 * 5)
    cpu(one, 10)
    ratios, times = [], []
    for k in range(rounds):
        pair = (one, two) if k % 2 else (two, one)
        spent = {id(loop): cpu(loop, steps) for loop in pair}
        ratios.append(spent[id(one)] / spent[id(two)])
        times.append(1000 * spent[id(two)] / steps)
    same = all(
        torch.equal(a, b) for a, b in zip(mine.parameters(), theirs.parameters(), strict=True)
    )
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(
        f"{label:24} bare {statistics.median(times):6.2f} ms/step  trainer/bare {middle:.3f}"
        f"  [{low:.3f}, {high:.3f}]  {rounds} x {steps} steps"
        f"  weights {'equal' if same else 'DIFFER'}",
        flush=True,
    )


def main() -> None:
    """Every case in turn."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=15)
    words.add_argument("--seconds", type=float, default=1.0)
    words = words.parse_args()
    prepare("cpu", threads=1)
    print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}")
    for label in CASES:
        compare(label, words.rounds, words.seconds)


if __name__ == "__main__":
    main()
