"""What can go wrong between here and MLflow, as one error that names the store and no secret."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ..redaction import redacted


class StoreError(ValueError):
    """MLflow's store cannot be used; says which, and `why`."""

    def __init__(self, text: str, why: str = "") -> None:
        super().__init__(text)
        self.why = why


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Turn whatever MLflow's back ends raise within into a StoreError."""
    try:
        yield
    except faults() as error:
        why = redacted(" ".join(str(error).split())[:500]) or type(error).__name__
        text = f"MLflow's store {redacted(address)} cannot be used: {why}"
        raise StoreError(text, why) from None  # the cause holds the address as it is


def faults() -> tuple[type[Exception], ...]:
    """Of MLflow itself, of its data bases, of network and disk, of a driver that is not installed.

    botocore's have no base in common with them; it is loaded only where artifacts lie in S3.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    cloud = sys.modules.get("botocore.exceptions")
    others = (cloud.BotoCoreError, cloud.ClientError) if cloud else ()
    return (MlflowException, SQLAlchemyError, OSError, ImportError, *others)
