"""Where, by what and from what a result was computed: facts that explain bits, beside the result.

They stand in no output of DVC: the same weights from another machine must have the same hash. So
they are files in git of their own, and every stage that computes leaves one.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .environment import drift, installed
from .files import write
from .reading import parse_json
from .results import md5_of
from .scratch import loaded_code

PACKAGES = (
    "torch",
    "torchvision",
    "numpy",
    "scipy",
    "safetensors",
    "scikit-learn",
    "pillow",
    "torch-fidelity",
)
"""Those that compute something of a result."""

LOCK = Path(__file__).parents[2] / "requirements.lock"
"""What the environment should be."""


@dataclass(frozen=True, slots=True)
class Work:
    """One computation: its stage, the row it was for, and what went in and came out.

    configuration: the section of params.yaml, resolved. inputs, outputs: files and folders.
    """

    stage: str
    name: str
    configuration: Mapping[str, Any]
    inputs: Sequence[Path]
    outputs: Sequence[Path]


def facts(work: Work, device: str) -> dict[str, Any]:
    """All that is known of a computation; no time, no name of a person or machine.

    Two results with equal facts have equal bits. Hashes of inputs and outputs are DVC's own, MD5,
    to be found in dvc.lock.
    """
    return {
        "stage": work.stage,
        "name": work.name,
        "configuration": work.configuration,
        "code_sha256": code_sha256(),
        "inputs": {path.as_posix(): md5_of(path) for path in work.inputs},
        "outputs": {path.as_posix(): md5_of(path) for path in work.outputs},
        **machine(device),
    }


def machine(device: str) -> dict[str, Any]:
    """What computes here: packages, processor and flags."""
    import torch

    return {
        "requirements_sha256": sha256_of(LOCK),
        "packages": {name: found for name in PACKAGES if (found := installed(name))},
        "drift": drift(LOCK),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_model(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "device": device,
        "gpu": gpu(device),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "tf32": torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
        "cublas_workspace": os.environ.get("CUBLAS_WORKSPACE_CONFIG", ""),
    }


def record(path: Path, known: Mapping[str, Any]) -> None:
    """Write facts as JSON."""
    write(path, json.dumps(known, indent=2) + "\n")


def load(path: Path) -> dict[str, Any]:
    """What was recorded; empty where nothing was, or it cannot be read."""
    try:
        found: dict[str, Any] = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


EXPLAINS = ("device", "gpu", "cpu_capability", "cpu", "threads", "packages", "python", "system",
            "deterministic", "tf32", "configuration", "code_sha256", "inputs")  # fmt: skip
"""What can make bits differ, the likeliest first."""


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Sentences on what is another now; empty where nothing is, or nothing was recorded."""
    told = []
    for key in EXPLAINS:
        a, b = before.get(key), now.get(key)
        if key not in before or a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            asked = a if key == "packages" else a.keys() | b.keys()  # PACKAGES may grow
            names = sorted(k for k in asked if a.get(k) != b.get(k))
            told += [f"{key}: {k} was {a.get(k)}, is {b.get(k)}" for k in names]
        else:
            told.append(f"{key} was {a}, is {b}")
    return told


def code_sha256() -> str:
    """One hash of all files of this package that are loaded, whose names it has too."""
    digest = hashlib.sha256()
    for path in loaded_code():
        digest.update(f"{path.relative_to(Path(__file__).parent)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Of a file's content; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def cpu_model() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        if sys.platform == "darwin":
            words = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(
            line.partition(":")[2].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, subprocess.SubprocessError, StopIteration):
        return platform.processor()


def gpu(device: str) -> str:
    """The GPU's name; empty on a CPU."""
    if not device.startswith("cuda"):
        return ""
    import torch

    return torch.cuda.get_device_name(torch.device(device))
