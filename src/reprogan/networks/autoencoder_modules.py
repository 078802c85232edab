"""The critic that is an auto-encoder."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

from ..game import Verdict
from .modules import Critic, Generator, code


class AutoencoderCritic(nn.Module):
    """Encodes an image, decodes the code, and scores the image by how near the two are.

    encoder: a critic whose body, and way of being told the class, are taken; its head is not.
    """

    def __init__(
        self, encoder: Critic, decoder: Generator, width: int,
        error: Literal["absolute", "euclidean"],
    ) -> None:  # fmt: skip
        super().__init__()
        self.body, self.tell, self.classes = encoder.body, encoder.tell, encoder.classes
        self.bottleneck = encoder.fresh(nn.Linear(encoder.features, width))
        self.decoder, self.error = decoder, error

    def forward(self, x: Tensor, given: Tensor | None = None) -> Verdict:
        """(N, C, H, W) in [-1, 1], (N,) classes -> score = -error, features = (N, width) code."""
        seen = x if self.tell is None else self.tell(x, code(given, self.classes))
        features = self.bottleneck(self.body(seen))
        off = (x - self.decoder(features)).flatten(1)
        error = off.abs().mean(1) if self.error == "absolute" else off.norm(dim=1)
        return Verdict(-error, features)
