"""The machine's part: which device computes, with how many threads, and that its bits repeat."""

from __future__ import annotations

import os

import torch

from .component import ConfigError


def prepare(device: str, threads: int) -> torch.device:
    """Pin what bits depend on, and give the device that `auto`, `cpu` or `cuda[:i]` names.

    Raises ConfigError when it is none of these, or is not there.
    """
    # cuBLAS repeats its bits only with a fixed workspace; it reads this when CUDA starts.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    # As torch.use_deterministic_algorithms(True), which would load torch's compiler, in 1.2 s.
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    return find(device)


def find(device: str) -> torch.device:
    """The device of that name. Raises ConfigError naming those that are here."""
    gpus = torch.cuda.device_count()
    if device == "auto":
        return torch.device("cuda" if gpus else "cpu")
    here = ["auto", "cpu", *(["cuda"] if gpus else []), *(f"cuda:{i}" for i in range(gpus))]
    if device not in here:
        why = "" if gpus else "; no CUDA GPU is visible on this machine"
        raise ConfigError(f"--device {device!r} is not here; valid: {', '.join(here)}{why}")
    return torch.device(device)
