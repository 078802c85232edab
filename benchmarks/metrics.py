"""Figures from features, against the libraries that compute them: time, memory, and equal values.

    python benchmarks/metrics.py [--case prdc] [--rounds 3] [--images 10000] [--threads 1]

Every measurement is a process of its own, and those of a case take turns. Prints the median seconds
of the calculation (elapsed, and of CPU), the memory that it added to its inputs at the peak, and
the ratios to ours. Features are those of a random network: float32, not negative, of a distribution
in 32 dimensions with noise in all. Values must agree to the stated tolerance or it ends with 1.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MIB = 2**20


def features(seed: int, images: int, dims: int) -> np.ndarray:
    draw = np.random.default_rng(0)
    weights = draw.standard_normal((32, dims))
    shift = 0.5 * seed * draw.standard_normal(dims)
    x = np.random.default_rng(seed + 1).standard_normal((images, 32)) @ weights + shift
    noise = np.random.default_rng(seed + 9).standard_normal(x.shape, dtype=np.float32)
    return np.maximum(x.astype(np.float32) + noise, 0)


def gaussians(images: int, dims: int) -> list[np.ndarray]:
    parts = []
    for seed in (0, 1):
        x = features(seed, images, dims).astype(np.float64)
        parts += [x.mean(axis=0), np.cov(x, rowvar=False)]
    return parts


def pair(images: int, dims: int) -> list[np.ndarray]:
    return [features(seed, images, dims) for seed in (0, 1)]


def prdc_ours(real, fake) -> list[float]:
    from reprogan.metrics.manifolds import manifolds

    found = manifolds(real, fake, 5)
    return [found.precision, found.recall, found.density, found.coverage]


def prdc_prdc(real, fake) -> list[float]:
    from prdc import compute_prdc

    return list(map(float, compute_prdc(real, fake, 5).values()))


def kid_ours(real, fake) -> list[float]:
    from reprogan.metrics.kernel_distance import kernel_distance

    return [kernel_distance(fake, real)[0]]


def kid_torchmetrics(real, fake) -> list[float]:
    import torch
    from torchmetrics.image.kid import poly_mmd

    return [poly_mmd(*(torch.from_numpy(x).double() for x in (real, fake))).item()]


def fid_ours(mean_a, cov_a, mean_b, cov_b) -> list[float]:
    from reprogan.metrics.frechet import frechet_distance

    return [frechet_distance(mean_a, cov_a, mean_b, cov_b)]


def fid_scipy(mean_a, cov_a, mean_b, cov_b) -> list[float]:
    from scipy.linalg import sqrtm

    root = sqrtm(cov_a @ cov_b).real
    gap = mean_a - mean_b
    return [float(gap @ gap + np.trace(cov_a) + np.trace(cov_b) - 2 * np.trace(root))]


def fid_torch_fidelity(mean_a, cov_a, mean_b, cov_b) -> list[float]:
    from torch_fidelity.metric_fid import fid_statistics_to_metric

    a, b = {"mu": mean_a, "sigma": cov_a}, {"mu": mean_b, "sigma": cov_b}
    return [float(fid_statistics_to_metric(a, b, False)["frechet_inception_distance"])]


def fid_torchmetrics(mean_a, cov_a, mean_b, cov_b) -> list[float]:
    import torch
    from torchmetrics.image.fid import _compute_fid

    return [_compute_fid(*map(torch.from_numpy, (mean_a, cov_a, mean_b, cov_b))).item()]


@dataclass(frozen=True)
class Case:
    """What is computed from, by whom, ours first, and how well values must agree (relative)."""

    inputs: Callable[[int, int], list[np.ndarray]]
    by: dict[str, Callable[..., list[float]]]
    tolerance: float


CASES = {
    "prdc": Case(pair, {"reprogan": prdc_ours, "prdc": prdc_prdc}, 1e-3),
    "kid": Case(pair, {"reprogan": kid_ours, "torchmetrics": kid_torchmetrics}, 1e-9),
    "fid": Case(
        gaussians,
        {
            "reprogan": fid_ours,
            "scipy": fid_scipy,
            "torch-fidelity": fid_torch_fidelity,
            "torchmetrics": fid_torchmetrics,
        },
        1e-6,
    ),
}


def peak() -> float:
    """Of this process in MiB, on Linux; ru_maxrss would begin with that of the parent."""
    (line,) = (s for s in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in s)
    return int(line.split()[1]) * 1024 / MIB


def measure(case: str, by: str, inputs: list[str]) -> dict[str, object]:
    """In this process. A small run comes first, so that imports and threads are not counted."""
    chosen = CASES[case]
    chosen.by[by](*chosen.inputs(200, 8))
    arrays = [np.load(path) for path in inputs]
    before, elapsed, cpu = peak(), time.perf_counter(), time.process_time()
    values = chosen.by[by](*arrays)
    return {
        "elapsed": time.perf_counter() - elapsed,
        "cpu": time.process_time() - cpu,
        "mib": peak() - before,
        "values": values,
    }


def apart(case: str, by: str, inputs: list[str], threads: int) -> dict[str, object]:
    """In a process of its own."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    run = subprocess.run(
        [sys.executable, __file__, "--measure", case, by, *inputs],
        env=os.environ | dict.fromkeys(names, str(threads)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(run.stdout.splitlines()[-1])  # prdc prints as well


def compare(case: str, inputs: list[str], rounds: int, threads: int) -> bool:
    """Print a line for each; whether all values agree with ours."""
    chosen = CASES[case]
    runs: dict[str, list[dict]] = {by: [] for by in chosen.by}
    for _ in range(rounds):
        for by, found in runs.items():
            found.append(apart(case, by, inputs, threads))
    ours = next(iter(runs.values()))
    equal = True
    for by, found in runs.items():
        elapsed, cpu, mib = (
            statistics.median(run[key] for run in found) for key in ("elapsed", "cpu", "mib")
        )
        ratio = statistics.median(a["cpu"] / b["cpu"] for a, b in zip(found, ours, strict=True))
        off = np.abs(np.divide(found[0]["values"], ours[0]["values"]) - 1).max()
        equal &= bool(off <= chosen.tolerance)
        print(
            f"{case:5} {by:15} {elapsed:7.2f} s  {cpu:7.2f} CPU s  {mib:6.0f} MiB"
            f"  CPU x{ratio:.2f}  values differ by {off:.1e}",
            flush=True,
        )
    return equal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=CASES, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--dims", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    equal = True
    for case in given.case or CASES:
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for i, array in enumerate(CASES[case].inputs(given.images, given.dims)):
                paths.append(str(Path(folder) / f"{i}.npy"))
                np.save(paths[-1], array)
            equal &= compare(case, paths, given.rounds, given.threads)
    return 0 if equal else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2], sys.argv[3], sys.argv[4:])))
    else:
        sys.exit(main())
