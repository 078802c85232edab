"""Classes as a person names them."""

from __future__ import annotations

from collections.abc import Sequence

from ..component import ConfigError, unknown
from ..sampling import Model


def number_of(text: str, classes: Sequence[str]) -> int:
    """The number of a class from its name, or else from its number.

    Raises ConfigError with the names.
    """
    if text in classes:
        return classes.index(text)
    if text.isdecimal() and int(text) < len(classes):
        return int(text)
    raise ConfigError(unknown("class", text, classes))


def held(text: str | None, model: Model) -> int | None:
    """The class that an option `--class` holds; None without it.

    Raises ConfigError for a class that there is not, or a generator that is told none.
    """
    if text is None:
        return None
    if not model.told:
        raise ConfigError(f"--class {text}: this generator is not told a class")
    return number_of(text, model.classes)
