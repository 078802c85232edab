"""What computes, and what its bits depend on."""

from __future__ import annotations

import os

from .finding import Finding

CPU = "all runs on the CPU, and nothing is to be done"


def check_device() -> list[Finding]:
    """GPUs, the CPU's instruction set, and threads that are pinned from outside."""
    import torch

    found = [
        Finding("cpu", "good", f"{torch.backends.cpu.get_cpu_capability()}, {os.cpu_count()} cores")
    ]
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if names:
        text = f"{', '.join(names)}; torch's CUDA {torch.version.cuda}"
        found.append(Finding("gpu", "good", text))
    elif torch.version.cuda:
        text = f"none is visible to torch (its CUDA is {torch.version.cuda}); {CPU}"
        found.append(Finding("gpu", "note", text))
    else:
        found.append(Finding("gpu", "note", f"this torch is built without CUDA; {CPU}"))
    return found
