"""What it costs that bits repeat, and what repeats without the flags that see to it.

    python benchmarks/determinism.py [--device cuda] [--rounds 9] [--steps 60] [--rows dcgan]

Each measurement is a process of its own, since some flags are read once, and those of a row take
turns. A is as the project trains: deterministic kernels, one thread, no TF32, no benchmarking by
cuDNN, a fixed cuBLAS workspace. Each other column changes one thing. Prints seconds of a step in
A, the median ratio of B to A with its quartiles (on the CPU in CPU seconds, where threads are
changed and on a GPU in elapsed ones), and how many different weights the rounds of a column ended
with: 1 says that its bits repeat; and whether they are A's.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

WAYS = {
    "cpu": {
        "as trained": {},
        "free kernels": {"free": True},
        "two threads": {"threads": 2},
    },
    "cuda": {
        "as trained": {},
        "free kernels": {"free": True},
        "cuDNN benchmarking": {"free": True, "benchmark": True},
        "TF32": {"tf32": True},
        "all of them": {"free": True, "benchmark": True, "tf32": True},
    },
}
"""Device -> column -> what it changes."""

WARM_UP = 5


def measure(row: str, device: str, steps: int, free=False, threads=1, benchmark=False, tf32=False):
    """CPU and elapsed seconds of a step, and a hash of the weights after all of them."""
    import numpy as np
    import torch

    from reprogan.checkpoint import network_bytes
    from reprogan.config import load
    from reprogan.device import prepare
    from reprogan.resident import Resident
    from reprogan.streams import INIT, seed_of
    from reprogan.trainer import train
    from reprogan.variant import Shape

    if free:
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ""
    where = prepare(device, threads)
    if free:
        torch.set_deterministic_debug_mode("default")
    torch.backends.cudnn.benchmark = benchmark
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    settings = load(Path("params.yaml"))
    batch, size = settings.train.batch, settings.data.size
    torch.manual_seed(seed_of(0, INIT, 0))
    game = settings.variant(row).build(Shape(1, size, 10), batch, where)
    draw = np.random.default_rng(0)
    x = torch.from_numpy(draw.integers(0, 256, (4096, 1, size, size), np.uint8)).to(where)
    y = torch.from_numpy(draw.integers(0, 10, 4096)).to(where)
    data = Resident(x, y, batch, 0, settings.row(row).labels)

    def clocks() -> tuple[float, float]:
        if where.type == "cuda":
            torch.cuda.synchronize()
        return time.process_time(), time.perf_counter()

    begin = clocks()
    for step, _ in train(game, data.at, steps=steps + WARM_UP, seed=0):
        if step + 1 == WARM_UP:
            begin = clocks()
    cpu, elapsed = ((b - a) / steps for a, b in zip(begin, clocks(), strict=True))
    weights = hashlib.sha256(network_bytes(game, game.networks)).hexdigest()[:12]
    return {"cpu": cpu, "elapsed": elapsed, "weights": weights}


def in_a_process(*words: str, **changes: object) -> dict[str, object]:
    """`measure` in a fresh Python."""
    command = [sys.executable, __file__, "--measure", json.dumps([*words, changes])]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def compare(row: str, device: str, rounds: int, steps: int) -> None:
    """A line for each column of a row."""
    ways = WAYS[device]
    found = {way: [] for way in ways}
    for k in range(rounds):
        for way in sorted(ways, reverse=bool(k % 2)):
            found[way].append(in_a_process(row, device, steps, **ways[way]))
    base = found["as trained"]
    for way, runs in found.items():
        clock = "cpu" if device == "cpu" and "threads" not in ways[way] else "elapsed"
        ratios = [b[clock] / a[clock] for a, b in zip(base, runs, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        mine = statistics.median(run[clock] for run in runs) * 1000
        weights = {run["weights"] for run in runs}
        same = "those of A" if weights == {base[0]["weights"]} else "others than A's"
        print(
            f"| {row} | {way} | {mine:.2f} | {middle:.3f} [{low:.3f}, {high:.3f}] | {clock} "
            f"| {len(weights)} | {same} |",
            flush=True,
        )


def main() -> None:
    """Every row in turn."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--device", choices=list(WAYS), default="cpu")
    words.add_argument("--rounds", type=int, default=9)
    words.add_argument("--steps", type=int, default=60)
    words.add_argument("--rows", nargs="+", default=["dcgan", "wgan_gp", "gan", "lapgan"])
    words.add_argument("--measure", type=json.loads, help="for its own processes")
    words = words.parse_args()
    if words.measure:
        *given, changes = words.measure
        print(json.dumps(measure(*given, **changes)))
        return
    print("| row | way | ms a step | ratio to A [quartiles] | clock | different weights | bits |")
    print("|---|---|---:|---:|---|---:|---|")
    for row in words.rows:
        compare(row, words.device, words.rounds, words.steps)


if __name__ == "__main__":
    main()
