"""The weights of the project's own networks as bytes."""

from __future__ import annotations

from safetensors import SafetensorError
from safetensors.torch import load, save

from .convolutional import Convolutional


def weights_of(network: Convolutional) -> bytes:
    """All of its parameters and buffers as safetensors, the same bytes each time."""
    return save({k: v.detach().contiguous().clone() for k, v in network.state_dict().items()})


def weighted(network: Convolutional, content: bytes) -> Convolutional:
    """The network with the weights that `weights_of` gave, in evaluation mode.

    Raises ValueError when they are of another network or damaged.
    """
    try:
        network.load_state_dict(load(content))
    except (RuntimeError, SafetensorError) as error:
        raise ValueError(f"weights do not fit their network: {error}") from None
    return network.eval()
