"""What reading features off images costs beyond the network's own passes.

    python benchmarks/extraction.py [ROUNDS]

A: the network on chunks that are tensors already. B: `extract`, from the uint8 array to features.
Process CPU time, one thread, in turns; the median of B / A and its quartiles. The classifier at
28x28, and Inception with random weights in the real layout, whose passes cost the same.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from reprogan.metrics.extractors.convolutional import Convolutional
from reprogan.metrics.features import CHUNK, extract


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(name: str, network: torch.nn.Module, images: np.ndarray, rounds: int) -> None:
    """One line."""
    size = getattr(network, "chunk", CHUNK)
    parts = [torch.from_numpy(images[i : i + size]) for i in range(0, len(images), size)]

    def bare() -> None:
        with torch.inference_mode():
            for part in parts:
                network(part)

    bare()
    pairs = [(seconds(bare), seconds(lambda: extract(network, images))) for _ in range(rounds)]
    low, middle, high = np.quantile([b / a for a, b in pairs], [0.25, 0.5, 0.75])
    rate = len(images) / np.median([a for a, _ in pairs])
    print(f"| {name} | {rate:,.1f} | {middle:.3f} [{low:.3f}, {high:.3f}] |", flush=True)


def inception() -> torch.nn.Module:
    """The network without the check of its weights' hash, which made ones cannot pass."""
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    class Random(FeatureExtractorInceptionV3):
        def load_state_dict(self, *_: object, **__: object) -> None:
            """Keep what was drawn."""

    from reprogan.metrics.extractors import inception_network

    class Made(inception_network.Inception2015):
        def __init__(self) -> None:
            torch.nn.Module.__init__(self)
            import io

            file = io.BytesIO()
            torch.save({}, file)
            file.seek(0)
            self.network = Random("random", inception_network.LAYERS,
                                  feature_extractor_weights_path=file)  # fmt: skip

    return Made().eval()


def main() -> None:
    """Both networks."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    torch.set_num_threads(1)
    torch.manual_seed(0)
    draw = np.random.default_rng(0)
    print("| network | images per CPU second, network alone | extract / network |\n|---|---:|---:|")
    gray = draw.integers(0, 256, (2560, 1, 28, 28), dtype=np.uint8)
    compare("classifier, 28x28", Convolutional(1, 28, 32, 64, 10).eval(), gray, rounds)
    rgb = draw.integers(0, 256, (32, 3, 32, 32), dtype=np.uint8)
    compare("inception, 32x32", inception(), rgb, max(3, rounds // 3))


if __name__ == "__main__":
    main()
