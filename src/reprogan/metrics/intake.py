"""What an extractor makes of an image before its first layer."""

from __future__ import annotations

from ..component import Component


class Intake(Component):
    """What an extractor makes of an image before its first layer; part of every figure's protocol.

    channels, size: of the image that it sees. resizer: how an image of another size becomes that.
    low, high: what the bytes 0 and 255 become.
    """

    channels: int
    size: int
    resizer: str
    low: float
    high: float
