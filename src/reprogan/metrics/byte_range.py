"""Images in [0, 1] among those in [0, 255]: bytes all the same, and figures of blackness."""

from __future__ import annotations

from collections.abc import Sequence

from .seen import Seen

WHITE = 255
"""The largest byte of real images whose pixels are not at hand."""


def unscaled(draws: Sequence[Seen], real: Seen) -> str:
    """Which side lies in [0, 1] while the other does not, as a warning; empty where neither does.

    Black images are images: it takes a byte of 1, and none above it.
    """
    sides = [("samples", max(map(largest, draws))), ("real images", largest(real))]
    for (these, top), (_, other) in (sides, sides[::-1]):
        if top == 1 < other:
            return f"the {these} lie in [0, 1] of [0, {WHITE}]: were they scaled to bytes?"
    return ""


def largest(seen: Seen) -> int:
    """The largest byte of all its images."""
    return WHITE if seen.images is None else int(seen.images.max())
