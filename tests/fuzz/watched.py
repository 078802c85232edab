"""What reading a file must not do: run its code, write elsewhere, connect, hang, fill memory."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 10.0
"""Of CPU time that one reading may take; all take milliseconds."""

HEADROOM = 2 << 30
"""Bytes of address space that one reading may add; an archive may unpack to a GiB."""

STARTED = {
    *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("subprocess.Popen", "pickle.find_class", "socket.connect", "socket.getaddrinfo"),
    *("webbrowser.open", "code.__new__", "marshal.loads"),
}
"""Python's own names for what is code that runs, or a connection."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

ALLOWED: list[Path] = []
"""While somebody reads: where files may be written."""

SEEN: list[str] = []


class HangError(BaseException):
    """It took longer than it may."""


def hook(event: str, given: tuple[object, ...]) -> None:
    """Hears of everything that Python's runtime does; takes note of what must not be."""
    if not ALLOWED:
        return
    if event in STARTED and not imports():
        SEEN.append(f"{event} {str(given)[:200]}")
    elif event == "open" and isinstance(given[2], int) and given[2] & WRITING:
        refuse_elsewhere(given[0])


def imports() -> bool:
    """Whether this is the loading of a module: its bytecode is read by marshal.loads."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def refuse_elsewhere(opened: object) -> None:
    """Take note of a file that is opened for writing where none may be."""
    if not isinstance(opened, str | bytes | os.PathLike):
        return
    path = Path(os.fsdecode(opened)).absolute()
    if path != Path(os.devnull) and "__pycache__" not in path.parts and not any(
        path.is_relative_to(folder) for folder in ALLOWED
    ):  # fmt: skip
        SEEN.append(f"writes {path}")


@contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Within, files are read; fails the test if that runs or writes anything but in `folder`.

    What takes too much memory ends in a MemoryError, and what hangs in a HangError; no reader may
    take either for a fault of the file.
    """
    if not HOOKED:
        HOOKED.append(True)
        sys.addaudithook(hook)
    SEEN.clear()
    ALLOWED.append(folder.absolute())
    try:
        with bounded_memory(), bounded_time():
            yield
    finally:
        ALLOWED.clear()
    assert not SEEN, SEEN


HOOKED: list[bool] = []
"""A hook cannot be taken out again, so there is one for the whole process."""


@contextmanager
def bounded_time() -> Iterator[None]:
    """Raise HangError after SECONDS of this process's own time."""

    def ring(*_: object) -> None:
        raise HangError(f"still reading after {SECONDS} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Let the process grow by HEADROOM; no bound where the system does not tell its size."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + HEADROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
