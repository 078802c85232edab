"""What a data base refuses since another clone writes the same row at the same moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

Given = TypeVar("Given")

ATTEMPTS = 3
"""Before a refusal is taken for an error; the row is there when one looks again."""


CONFLICT = re.compile(
    "unique ?violation|unique constraint|integrity ?error|already.?exists|deadlock", re.IGNORECASE
)
"""How a data base says so, and MLflow after it; never a server that does not answer."""


def again(act: Callable[[], Given]) -> Given:
    """What `act` gives, which may be done twice and then has done no more than once."""
    from mlflow.exceptions import MlflowException

    for _ in range(ATTEMPTS - 1):
        try:
            return act()
        except MlflowException as error:
            if not CONFLICT.search(str(error)):
                raise
    return act()
