"""One process at a time, by a lock that ends with its process, however that ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def alone(lock: Path, waiting: str) -> Iterator[None]:
    """Within, no other process is; one that must wait says so once, by `waiting`."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock)
    try:
        held.acquire(blocking=False)
    except Timeout:
        print(waiting, flush=True)
        held.acquire()
    try:
        yield
    finally:
        held.release()


@contextmanager
def if_alone(lock: Path) -> Iterator[bool]:
    """Whether no other process is within; waits for none."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock)
    try:
        held.acquire(blocking=False)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        held.release()
