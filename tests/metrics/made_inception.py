"""Weights in the layout of the official file, drawn at random, and what takes them for those."""

import hashlib
import io
from unittest import mock

import numpy as np
import torch
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from reprogan.metrics.extractors import inception_weights

SIZES = [(1, 28), (3, 32), (3, 64)]


def made_weights():
    """The bytes of a state_dict of the 1008-class network whose activations keep their scale."""
    with (
        mock.patch.object(torch, "load", return_value={}),
        mock.patch.object(FeatureExtractorInceptionV3, "load_state_dict"),
    ):
        layout = FeatureExtractorInceptionV3("made", ["2048"], feature_extractor_weights_path="")
    draw = torch.Generator().manual_seed(0)
    state = {}
    for key, value in layout.state_dict().items():
        noise = torch.randn(value.shape, generator=draw)
        match key.rsplit(".", 2)[-2:]:
            case ["conv", "weight"]:
                state[key] = noise * (2 / value[0].numel()) ** 0.5
            case ["fc", _]:
                state[key] = noise * 0.02
            case ["bn", "weight" | "running_var"]:
                state[key] = 1 + 0.2 * noise.clamp(-2, 2)
            case ["bn", "bias" | "running_mean"]:
                state[key] = 0.1 * noise
            case _:
                state[key] = value
    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()


def stand_for_the_official(monkeypatch, content):
    """For one test, these bytes are the file that everything is proven against."""
    monkeypatch.setattr(inception_weights, "SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(inception_weights, "SIZE", len(content))


def pictures(count, channels, size):
    """Smooth random images, and the same brighter and noisier."""
    draw = np.random.default_rng(size)
    coarse = draw.integers(0, 256, (count, channels, 4, 4)).astype(np.float64)
    smooth = np.kron(coarse, np.ones((size // 4, size // 4)))
    noisy = 0.7 * smooth[::-1] + draw.integers(0, 76, smooth.shape)
    return smooth.astype(np.uint8), noisy.astype(np.uint8)
