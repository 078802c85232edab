"""A folder as a file system of its own, small or read-only, that only one process sees."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from forked import forked, run

NEW_NAMESPACE, NEW_USER = 0x00020000, 0x10000000
READ_ONLY, AGAIN, BIND = 1, 32, 4096
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def mount(source: str, target: Path, kind: str, flags: int, data: str = "") -> None:
    """As the system's own. Raises OSError."""
    words = [word.encode() for word in (source, str(target), kind)]
    if LIBC is None or LIBC.mount(*words, flags, data.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def enter() -> None:
    """A namespace of this process, in which it may mount. Raises OSError where that is forbidden."""
    user, group = os.getuid(), os.getgid()
    if LIBC is None or LIBC.unshare(NEW_NAMESPACE | NEW_USER):
        raise OSError(ctypes.get_errno(), "no namespace of its own")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def can_mount() -> bool:
    """Whether this machine lets a process have file systems of its own."""
    return forked(enter) == 0


def read_only(folder: Path) -> None:
    """A fault: the folder takes nothing."""
    enter()
    mount(str(folder), folder, "none", BIND)
    mount(str(folder), folder, "none", BIND | AGAIN | READ_ONLY)


def on_small_disk(
    folder: Path,
    words: Sequence[str],
    outs: Sequence[str],
    room: int,
    report: Path,
    environment: dict[str, str],
) -> None:
    """Run a stage on a disk with `room` bytes to spare, and again with plenty.

    The report has of each time the exit status, what was said, and the files at `outs`.
    """
    from undisturbed import files_of

    kept = folder.parent / "kept"
    shutil.copytree(folder, kept)
    enter()
    mount("tmpfs", folder, "tmpfs", 0, "size=512m")
    shutil.copytree(kept, folder, dirs_exist_ok=True)
    shutil.rmtree(kept)
    disk = os.statvfs(folder)
    used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
    times = []
    for size in (used + room, 512 << 20):
        mount("tmpfs", folder, "tmpfs", AGAIN, f"size={size}")
        said = report.with_suffix(".said")
        child = os.fork()
        if not child:
            status = 1
            try:
                run(folder, words, None, said, environment)
            except SystemExit as ended:
                status = int(ended.code or 0)
            finally:
                sys.stdout.flush(), sys.stderr.flush()
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        times.append({"status": status, "said": said.read_text(), "files": files_of(folder, list(outs))})  # fmt: skip
    report.write_text(json.dumps(times))
