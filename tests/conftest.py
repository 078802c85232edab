"""One thread and deterministic kernels for every test, as in training."""

import pytest
import torch

from reprogan.device import prepare


@pytest.fixture(autouse=True)
def one_thread():
    prepare("cpu", threads=1)
    torch.manual_seed(0)
