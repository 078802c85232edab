"""What a data base refuses since another clone writes the same row at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Given = TypeVar("Given")

ATTEMPTS = 3
"""Before a refusal is taken for an error; the row is there when one looks again."""


def again(act: Callable[[], Given]) -> Given:
    """What `act` gives, which may be done twice and then has done no more than once."""
    from mlflow.exceptions import MlflowException

    for _ in range(ATTEMPTS - 1):
        with suppress(MlflowException):
            return act()
    return act()
