"""How long MLflow's client waits for a server: seconds for the first answer, then a minute."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

RETRIES, TIMEOUT = "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_TIMEOUT"
"""MLflow's own variables; it reads them at each request. Its defaults add up to minutes."""

FIRST = {RETRIES: "1", TIMEOUT: "5"}
"""Is anybody there?"""

LATER = {RETRIES: "3", TIMEOUT: "60"}
"""A server that has answered may be busy; these are some 15 seconds of retries."""


@contextmanager
def patience(wish: Mapping[str, str]) -> Iterator[None]:
    """Within, MLflow's client waits so long; what a user has set in the environment stands."""
    ours = {name: value for name, value in wish.items() if name not in os.environ}
    os.environ |= ours
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
