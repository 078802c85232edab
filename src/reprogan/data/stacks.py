"""How the classes of stacked images are named: by the class of each channel."""

from __future__ import annotations

from itertools import product

DEPTH = 3
"""Images in a stack: they are its red, green and blue."""

BETWEEN = "/"
"""Between the names of a stack's three classes; no folder's name has it."""


def stacked(classes: tuple[str, ...]) -> tuple[str, ...]:
    """K^3 names, `a/b/c` of label (a K + b) K + c."""
    return tuple(BETWEEN.join(names) for names in product(classes, repeat=DEPTH))


def unstacked(classes: tuple[str, ...]) -> tuple[str, ...]:
    """The K classes of one channel, of which `stacked` made these; () if it made none of them."""
    count = round(len(classes) ** (1 / DEPTH))
    base = tuple(name.rpartition(BETWEEN)[2] for name in classes[:count])
    return base if classes and stacked(base) == classes else ()
