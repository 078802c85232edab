"""The files in a folder, zip or tar, read without unpacking; what could do harm is refused."""

from __future__ import annotations

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from .bounds import QUOTED, check_count, check_size, check_total, safe
from .errors import DataError
from .member import Member, Wanted, is_hidden
from .tars import OPENERS, in_tar

SUFFIXES = (".zip", *OPENERS)
"""What the names of archives end in."""

FAULTS = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError),
    *(OSError, ValueError, LookupError, NotImplementedError, RuntimeError),
)
"""What Python raises over broken archives."""


def members(path: Path, wanted: Wanted) -> Iterator[Member]:
    """Each member of a folder or zip (by name) or tar (in its order), with its bytes if `wanted`.

    Raises DataError for a broken archive, for absolute names, `..`, links, devices, encryption, a
    name given twice, and for more or larger files than `bounds` allows.
    """
    seen = set()
    try:
        for member in reader(path)(path, wanted):
            if not member.folder and member.name in seen:
                raise DataError(f"{path} holds {member.name!r} twice")
            seen.add(member.name)
            check_count(len(seen), path)
            yield member
    except DataError:
        raise
    except FAULTS as error:
        why = str(error)[:QUOTED]
        raise DataError(f"{path} cannot be read, it is truncated or broken: {why}") from error


def reader(path: Path) -> Callable[[Path, Wanted], Iterator[Member]]:
    """How to read `path`. Raises DataError for a file that is no archive by its name."""
    if path.is_dir():
        return in_folder
    if not path.name.lower().endswith(SUFFIXES):
        raise DataError(f"{path} is neither a folder nor an archive ({', '.join(SUFFIXES)})")
    return in_zip if path.name.lower().endswith(".zip") else in_tar


def in_folder(root: Path, wanted: Wanted) -> Iterator[Member]:
    """What is not hidden, by name, whatever the disk's order; links to files are followed."""
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    for name in sorted(name for name in files if not is_hidden(name)):
        yield on_disk(files[name], safe(name, root), wanted)


def on_disk(path: Path, name: str, wanted: Wanted) -> Member:
    """One file or folder of a folder."""
    if path.is_dir():
        if path.is_symlink():
            raise DataError(f"{path} is a link to a folder: put the folder itself there")
        return Member(name, folder=True)
    if not wanted(name):
        return Member(name)
    if not path.is_file():
        raise DataError(f"{path} is no file: a broken link or a device")
    check_size(name, path.stat().st_size, path.parent)
    return Member(name, path.read_bytes())


def in_zip(path: Path, wanted: Wanted) -> Iterator[Member]:
    """Files of a zip, by name. zipfile reads no more of a file than the size that was checked."""
    with zipfile.ZipFile(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.filename)
        check_total(sum(info.file_size for info in infos), path)
        for info in infos:
            name = safe(info.orig_filename, path)
            if info.is_dir():
                yield Member(name, folder=True)
                continue
            check_zipped(info, name, path)
            yield Member(name, archive.read(info) if wanted(name) else None)


def check_zipped(info: zipfile.ZipInfo, name: str, path: Path) -> None:
    """Raise DataError for a member that is no plain file."""
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        raise DataError(f"{path} holds a link or device, {name!r}: put the file itself in")
    if info.flag_bits & 1:
        raise DataError(f"{path} is encrypted ({name!r}): make an archive without a password")
    check_size(name, info.file_size, path)
