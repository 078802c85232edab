"""Archives: every kind gives the same files, and what could do harm is refused by name."""

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile

import pytest

from reprogan.data import bounds
from reprogan.data.archive import SUFFIXES, members
from reprogan.data.errors import DataError

FILES = {"a/1.png": b"one", "a/2.png": b"two" * 400, "b/notes.txt": b"no image", "b/3.png": b""}
PACKERS = {"gz": gzip.compress, "tgz": gzip.compress, "bz2": bz2.compress, "tbz2": bz2.compress}
PACKERS |= {"xz": lzma.compress, "txz": lzma.compress, "tar": bytes}


def tarred(files, **info):
    """A tar of files by name; a TarInfo instead of bytes is added as it is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **info) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def write(folder, suffix, files=FILES):
    path = folder / f"images{suffix}"
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        path.write_bytes(PACKERS[suffix.rpartition(".")[2]](tarred(files)))
    return path


def images(name):
    return name.endswith(".png")


def read(path):
    return {m.name: m.content for m in members(path, images) if not m.folder}


WANTED = {name: content if images(name) else None for name, content in FILES.items()}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_archive_gives_the_files_and_only_wanted_bytes(tmp_path, suffix):
    assert read(write(tmp_path, suffix)) == WANTED
    assert read(write(tmp_path, suffix).rename(tmp_path / f"IMAGES{suffix.upper()}")) == WANTED


def test_a_folder_gives_the_files_by_name_and_its_folders(tmp_path):
    for name, content in [*FILES.items(), (".hidden/x.png", b""), ("a/.y.png", b"")]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "empty").mkdir()
    (tmp_path / "a/link.png").symlink_to(tmp_path / "a/1.png")
    found = list(members(tmp_path, images))
    names = ["a", "a/1.png", "a/2.png", "a/link.png", "b", "b/3.png", "b/notes.txt", "empty"]
    assert [m.name for m in found] == names
    assert [m.name for m in found if m.folder] == ["a", "b", "empty"]
    assert found[3].content == b"one"


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.6, 0.97])
def test_a_truncated_archive_is_never_taken_for_a_short_one(tmp_path, suffix, keep):
    path = write(tmp_path, suffix, {f"{i}.png": bytes([i]) * 3000 for i in range(40)})
    whole = path.read_bytes()
    if suffix == ".tar":  # 3000 bytes take 3584 with the header, so these cuts fall between members
        whole = whole[: 40 * 3584]
    path.write_bytes(whole[: int(keep * 40) * len(whole) // 40])
    with pytest.raises(DataError, match="truncated or broken"):
        read(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_archive_at_all(tmp_path, suffix):
    (tmp_path / f"x{suffix}").write_bytes(b"<html>not found</html>" * 100)
    with pytest.raises(DataError, match="truncated or broken"):
        read(tmp_path / f"x{suffix}")


def test_a_broken_header_in_the_middle_is_no_end(tmp_path):
    data = bytearray(tarred({f"{i}.png": bytes(512) for i in range(9)}))
    data[4 * 1024 + 3] ^= 0xFF
    (tmp_path / "x.tar").write_bytes(data)
    with pytest.raises(DataError, match="broken"):
        read(tmp_path / "x.tar")


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.xz"])
def test_flipped_bits_are_found(tmp_path, suffix):
    path = write(tmp_path, suffix, {f"{i}.png": bytes(range(256)) * 9 for i in range(20)})
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(DataError, match="broken"):
        read(path)


def test_another_file_is_no_archive(tmp_path):
    (tmp_path / "x.rar").write_bytes(b"")
    with pytest.raises(DataError, match=r"neither a folder nor an archive \(\.zip, \.tar"):
        read(tmp_path / "x.rar")


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
@pytest.mark.parametrize("name", ["../out.png", "a/../../out.png", "/etc/x.png", "a\\..\\b.png"])
def test_names_that_point_outside_are_refused(tmp_path, suffix, name):
    with pytest.raises(DataError, match="unsafe name"):
        read(write(tmp_path, suffix, {"fine.png": b"", name: b"x"}))
    assert not (tmp_path.parent / "out.png").exists()


def test_dots_that_stay_inside_are_dropped(tmp_path):
    assert read(write(tmp_path, ".tar", {"./a/./1.png": b"x"})) == {"a/1.png": b"x"}


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    link = tarfile.TarInfo("a/link.png")
    link.type, link.linkname = kind, "/etc/passwd"
    with pytest.raises(DataError, match="link or device, 'a/link.png'"):
        read(write(tmp_path, ".tar", {"a/link.png": link}))


def test_links_in_a_zip_are_refused(tmp_path):
    info = zipfile.ZipInfo("link.png")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match=r"link or device, 'link\.png'"):
        read(tmp_path / "x.zip")


def test_links_to_folders_broken_links_and_pipes_in_a_folder_are_refused(tmp_path):
    for name, target in (("loop", "."), ("gone.png", "nowhere")):
        root = tmp_path / f"with {name}"
        root.mkdir()
        (root / name).symlink_to(target)
        with pytest.raises(DataError, match=name):
            read(root)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(DataError, match=r"pipe\.png is no file"):
        read(tmp_path)


def test_a_name_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(b"")
    with pytest.raises(DataError, match="not UTF-8"):
        read(tmp_path)


def test_an_encrypted_zip_is_refused(tmp_path):
    path = write(tmp_path, ".zip", {"a.png": b"x"})
    data = path.read_bytes()
    for head, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(head) + flags
        data = data[:at] + bytes([data[at] | 1]) + data[at + 1 :]
    path.write_bytes(data)
    with pytest.raises(DataError, match="without a password"):
        read(path)


@pytest.mark.parametrize("suffix", [".zip", ".tar"])
def test_a_name_given_twice_is_refused(tmp_path, suffix):
    with pytest.raises(DataError, match=r"holds 'a\.png' twice"):
        read(write(tmp_path, suffix, {"a.png": b"1", "./a.png": b"2"}))


def test_more_files_than_allowed_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_FILES", 3)
    with pytest.raises(DataError, match="more than the 3 files"):
        read(write(tmp_path, ".tar"))


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.xz"])
def test_a_bomb_is_refused_before_it_fills_memory(tmp_path, suffix, monkeypatch):
    monkeypatch.setattr(bounds, "FREE_BYTES", 1 << 20)
    bomb = write(tmp_path, suffix, {f"{i}.png": bytes(1 << 20) for i in range(20)})
    assert bomb.stat().st_size < 30_000
    with pytest.raises(DataError, match="unpacks to more than the"):
        read(bomb)


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_one_file_beyond_the_limit_is_refused(tmp_path, suffix):
    big = write(tmp_path, suffix, {"big.png": bytes(bounds.MAX_FILE_BYTES + 1)})
    with pytest.raises(DataError, match=r"'big\.png' has 268435457 bytes"):
        read(big)


def test_an_endless_header_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("reprogan.data.tars.MAX_FILE_BYTES", 1 << 16)
    monkeypatch.setattr(bounds, "MAX_FILE_BYTES", 1 << 16)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 22
    (tmp_path / "x.tar").write_bytes(header.tobuf() + b"9" * (1 << 22))
    with pytest.raises(DataError, match="a header"):
        read(tmp_path / "x.tar")
