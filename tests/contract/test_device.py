"""Asking for a device that is not there."""

import pytest
import torch

from reprogan.component import ConfigError
from reprogan.device import find, prepare


def test_auto_and_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert find("auto") == find("cpu") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert find("auto") == torch.device("cuda") and find("cuda:1") == torch.device("cuda:1")


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "gpu", "mps", ""])
def test_what_is_not_here_is_refused_with_what_is(monkeypatch, name):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    with pytest.raises(ConfigError, match=f"'{name}' is not here; valid: auto, cpu; no CUDA GPU"):
        find(name)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    if name not in ("cuda", "cuda:0"):
        with pytest.raises(ConfigError, match="valid: auto, cpu, cuda, cuda:0$"):
            find(name)


def test_float32_is_float32_whatever_was_set_before():
    """TF32 has ten bits of mantissa; cuDNN's convolutions take it unless told not to."""
    kernels = torch.backends.cuda.matmul, torch.backends.cudnn
    for of_them in kernels:
        of_them.allow_tf32 = True
    prepare("cpu", threads=1)
    assert [of_them.allow_tf32 for of_them in kernels] == [False, False]
