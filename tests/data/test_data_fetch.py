"""Downloads: verified before they are kept, continued, reused, and refused with the reason."""

import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from pictures import noise

from reprogan.data import fetch as module
from reprogan.data.addresses import addresses
from reprogan.data.errors import DataError
from reprogan.data.fetch import downloads, fetch
from reprogan.data.remote import RemoteFile
from reprogan.files import DiskFullError

PAYLOAD = noise(0, 300_000).tobytes()
LIMIT = 400_000


def a_file(*bases, name="a.bin", payload=PAYLOAD, md5_of="file", limit=LIMIT):
    md5 = hashlib.md5(payload).hexdigest()
    return RemoteFile(name=name, bases=bases, md5=md5, md5_of=md5_of, limit=limit)


def leftovers():
    return sorted(p.name for p in downloads().glob("*") if p.suffix != ".lock")


def test_a_file_is_fetched_verified_and_reused(mirror):
    mirror.files["a.bin"] = PAYLOAD
    first = fetch(a_file(mirror.url), None)
    assert first.read_bytes() == PAYLOAD
    assert fetch(a_file(mirror.url), None) == first
    assert mirror.log == [("/a.bin", None)]
    assert leftovers() == [hashlib.md5(PAYLOAD).hexdigest()]


def test_downloads_lie_below_dvc_root_or_that_of_the_repository_or_are_the_users(
    root, monkeypatch, tmp_path
):
    assert downloads() == root / ".dvc/tmp/reprogan/downloads"
    monkeypatch.delenv("DVC_ROOT")
    monkeypatch.setenv("REPROGAN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert downloads() == tmp_path / "cache/downloads"
    (tmp_path / ".dvc").mkdir()
    assert downloads() == tmp_path / ".dvc/tmp/reprogan/downloads"


def test_a_kept_file_that_was_damaged_is_fetched_again(mirror):
    mirror.files["a.bin"] = PAYLOAD
    kept = fetch(a_file(mirror.url), None)
    kept.write_bytes(PAYLOAD[:-1] + b"x")
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_replaces_the_official_addresses(mirror, slash):
    mirror.files["sub/a.bin"] = PAYLOAD
    assert fetch(a_file("http://official.invalid"), f"{mirror.url}/sub{slash}").exists()
    assert mirror.log == [("/sub/a.bin", None)]
    assert addresses(("http://b/x/",), "n", None) == ["http://b/x/n"]


def test_a_file_mirror_is_read(tmp_path):
    (tmp_path / "with space").mkdir()
    (tmp_path / "with space/a.bin").write_bytes(PAYLOAD)
    url = (tmp_path / "with space").as_uri()
    assert "%20" in url
    assert fetch(a_file("http://official.invalid"), url).read_bytes() == PAYLOAD


def test_the_next_address_is_tried_and_every_failure_is_told(mirror, tmp_path):
    mirror.files["html/a.bin"] = b"<!DOCTYPE html><p>Please log in"
    mirror.files["cut/a.bin"] = PAYLOAD[:-5]
    mirror.files["long/a.bin"] = PAYLOAD + bytes(LIMIT)
    bases = [f"{mirror.url}/{p}" for p in ("none", "html", "cut", "long")]
    bases += ["http://127.0.0.1:9", tmp_path.as_uri()]
    with pytest.raises(DataError) as caught:
        fetch(a_file(*bases), None)
    lines = str(caught.value).splitlines()
    assert lines[0] == "a.bin could not be downloaded. Tried:"
    for line, base, why in zip(
        lines[1:],
        bases,
        ("404", "web page", "MD5", "more than the 400000 bytes", "refused", "No such file"),
        strict=False,
    ):
        assert f"{base}/a.bin: " in line
        assert why in line
    assert "data.mirror" in lines[-1]
    assert leftovers() == []
    mirror.files["good/a.bin"] = PAYLOAD
    assert fetch(a_file(*bases, f"{mirror.url}/good"), None).read_bytes() == PAYLOAD


def test_a_size_that_is_announced_or_not_is_bounded(mirror):
    mirror.files["a.bin"] = bytes(LIMIT + 1)
    with pytest.raises(DataError, match=f"more than the {LIMIT} bytes"):
        fetch(a_file(mirror.url), None)
    assert leftovers() == []


def test_a_dropped_connection_is_resumed_at_once(mirror):
    mirror.files["a.bin"] = PAYLOAD
    mirror.drop_after = 100_000
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert [r for _, r in mirror.log] == [None, "bytes=100000-", "bytes=200000-"]


def test_what_came_is_kept_for_the_next_run(mirror, monkeypatch):
    mirror.files["a.bin"] = PAYLOAD
    mirror.drop_after = 50_000
    with pytest.raises(DataError, match="250000 bytes are kept"):
        fetch(a_file(mirror.url), None)
    assert len(mirror.log) == 5
    mirror.drop_after = None
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert mirror.log[-1] == ("/a.bin", "bytes=250000-")


def test_a_server_without_ranges_starts_over(mirror):
    mirror.files["a.bin"] = PAYLOAD
    mirror.drop_after = 100_000
    mirror.ranges = False
    with pytest.raises(DataError, match="are kept"):
        fetch(a_file(mirror.url), None)
    mirror.drop_after = None
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD


def unfinished(mirror, content):
    """What an earlier run has left of a.bin."""
    tag = hashlib.sha256(f"{mirror.url}/a.bin".encode()).hexdigest()[:8]
    downloads().mkdir(parents=True)
    (downloads() / f"a.bin.{tag}.part").write_bytes(content)


@pytest.mark.parametrize(
    "old", [b"of another version", PAYLOAD[:-9] + b"other end", PAYLOAD + b"x"]
)
def test_a_wrong_beginning_is_dropped_and_the_file_read_anew(mirror, old):
    mirror.files["a.bin"] = PAYLOAD
    unfinished(mirror, old)
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert [r for _, r in mirror.log] == [f"bytes={len(old)}-", None]


def test_a_whole_unfinished_file_needs_no_byte_more(mirror):
    mirror.files["a.bin"] = PAYLOAD
    unfinished(mirror, PAYLOAD)
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert [r for _, r in mirror.log] == ["bytes=300000-"]


def test_another_range_than_asked_for_is_refused(mirror):
    mirror.files["a.bin"] = PAYLOAD
    mirror.headers["Content-Range"] = "bytes 0-1/2"
    unfinished(mirror, PAYLOAD[:7])
    real = mirror.answer
    mirror.answer = lambda request: (
        request.headers.replace_header("Range", "bytes=9-"),
        real(request),
    )
    with pytest.raises(DataError, match="another part of the file"):
        fetch(a_file(mirror.url), None)
    assert leftovers() == []


def test_bytes_are_taken_as_they_come_whatever_encoding_is_declared(mirror):
    packed = gzip.compress(PAYLOAD)
    mirror.files["a.gz"] = packed
    mirror.headers["Content-Encoding"] = "gzip"
    file = a_file(mirror.url, name="a.gz", payload=packed)
    assert fetch(file, None).read_bytes() == packed


def test_payloads_are_verified_however_they_are_compressed(mirror):
    file = a_file(mirror.url, name="a.gz", md5_of="payload")
    for level in (1, 9):
        mirror.files["a.gz"] = gzip.compress(PAYLOAD, level)
        (downloads() / file.md5).unlink(missing_ok=True)
        assert gzip.decompress(fetch(file, None).read_bytes()) == PAYLOAD


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(PAYLOAD)[:-20], "truncated"),
        (gzip.compress(PAYLOAD)[:-8] + bytes(8), "truncated or no gzip"),
        (gzip.compress(PAYLOAD[:-1]), "MD5 of the payload"),
        (b"<html>captive portal</html>", "web page"),
        (b"", "MD5 of the payload"),
        (gzip.compress(bytes(10 * LIMIT)), "unpacks to more than the 400000"),
    ],
)
def test_a_wrong_payload_is_not_kept(mirror, content, why):
    mirror.files["a.gz"] = content
    with pytest.raises(DataError, match=why):
        fetch(a_file(mirror.url, name="a.gz", md5_of="payload"), None)
    assert leftovers() == []


def test_a_full_disk_is_named_and_no_other_address_is_tried(mirror):
    mirror.files["a.bin"] = PAYLOAD
    unfinished(mirror, b"")
    (part,) = downloads().glob("*.part")
    part.unlink()
    part.symlink_to("/dev/full")
    with pytest.raises(DiskFullError, match=r"No space left.* MB are free") as caught:
        fetch(a_file(mirror.url, mirror.url), None)
    assert str(part) in str(caught.value)
    assert leftovers() == []
    assert len(mirror.log) == 1


def test_credentials_come_from_netrc_and_are_not_told(mirror, tmp_path, monkeypatch, capfd):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    mirror.password = "Basic bWU6czNjcmV0"
    mirror.files["a.bin"] = PAYLOAD
    assert fetch(a_file(mirror.url), None).exists()
    mirror.password = "Basic other"
    with pytest.raises(DataError, match="401") as caught:
        fetch(a_file(mirror.url, name="b.bin", payload=b"b"), None)
    assert "s3cret" not in str(caught.value) + "".join(capfd.readouterr())


def redirecting(mirror, targets, pieces=0):
    """Paths that are answered by another address; all else as before. {} is the mirror's own.

    pieces: of 64 KB, that follow it; the list of those that somebody took.
    """
    real, sent = mirror.answer, []

    def answer(request):
        target = targets.get(request.path)
        if target is None:
            return real(request)
        mirror.log.append((request.path, request.headers.get("Authorization")))
        request.send_response(302)
        request.send_header("Location", target.format(mirror.url).encode().decode("latin-1"))
        request.send_header("Content-Length", str(pieces << 16))
        request.end_headers()
        with suppress(ConnectionError):
            sent.extend(request.wfile.write(bytes(1 << 16)) for _ in range(pieces))
        return None

    mirror.answer = answer
    return sent


@pytest.mark.parametrize("many", [1, 5])
def test_some_redirects_are_followed(mirror, many):
    mirror.files["end"] = PAYLOAD
    steps = ["/a.bin", *(f"/{i}" for i in range(1, many)), "end"]
    targets = {one: f"{{}}/{two}" if i % 2 else two for i, (one, two) in enumerate(pairwise(steps))}
    redirecting(mirror, targets)
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert len(mirror.log) == many + 1


@pytest.mark.parametrize("length", [1, 2, 7])
def test_redirects_without_end_are_refused(mirror, length):
    """A loop, and a chain that is too long."""
    steps = ["/a.bin", *(f"/{i}?token=s3cret" for i in range(1, length))]
    redirecting(mirror, {one: two for one, two in zip(steps, [*steps[1:], steps[0]], strict=True)})
    with pytest.raises(DataError, match="a.bin: the server redirects more than 5 times") as caught:
        fetch(a_file(mirror.url), None)
    assert len(mirror.log) == 6 and "s3cret" not in str(caught.value)
    assert leftovers() == []


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("file:///etc/passwd", "redirects to file:///etc/passwd, which is not of http"),
        (
            "ftp://me:s3cret@host/a.bin?key=s3cret",
            r"redirects to ftp://\*\*\*@host/a.bin\?\*\*\*, which",
        ),
        ("FILE:/etc/passwd", "(?i)redirects to file:/+etc/passwd, which is not of http"),
        ("data:,x", "redirects to data:,x, which is not of http"),
        ("http://[s3cret", "redirects to what is no address"),
        ("http://me:s3cret@℀/", "redirects to what is no address"),
        ("http://me:s3cret@127.0.0.1:9/a.bin?key=s3cret", "refused"),
    ],
)
def test_redirects_to_what_is_not_http_are_refused_without_their_secrets(mirror, target, told):
    redirecting(mirror, {"/a.bin": target})
    with pytest.raises(DataError, match=told) as caught:
        fetch(a_file(mirror.url), None)
    assert "s3cret" not in str(caught.value) and len(mirror.log) == 1
    assert leftovers() == []


def test_what_else_a_redirect_says_is_not_read(mirror):
    """It may be endless: of 640 MB, what the system itself takes in."""
    mirror.files["end"] = PAYLOAD
    sent = redirecting(mirror, {"/a.bin": "end"}, pieces=10_000)
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert len(sent) < 5000


def test_credentials_are_not_handed_on_to_where_a_redirect_leads(mirror, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine localhost login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    mirror.files["end"] = PAYLOAD
    redirecting(mirror, {"/a.bin": "{}/b", "/b": "{}/end"})
    there = mirror.url.replace("127.0.0.1", "localhost")
    assert fetch(a_file(there), None).read_bytes() == PAYLOAD
    assert mirror.log == [("/a.bin", "Basic bWU6czNjcmV0"), ("/b", None), ("/end", None)]


def test_one_line_is_said_where_no_terminal_is(mirror, capfd):
    mirror.files["a.bin"] = PAYLOAD
    fetch(a_file(mirror.url), None)
    assert capfd.readouterr().err == f"download {mirror.url}/a.bin\n"


def test_a_terminal_gets_a_bar(mirror, capfd, monkeypatch):
    mirror.files["a.bin"] = PAYLOAD
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fetch(a_file(mirror.url), None)
    assert re.search(r"100%.*300k/300k", capfd.readouterr().err)


def test_two_at_once_load_a_file_once(mirror):
    mirror.files["a.bin"] = PAYLOAD
    mirror.gate = threading.Event()
    jobs = [threading.Thread(target=fetch, args=(a_file(mirror.url), None)) for _ in range(2)]
    for job in jobs:
        job.start()
    time.sleep(0.2)
    mirror.gate.set()
    for job in jobs:
        job.join(20)
    assert len(mirror.log) == 1


def test_a_killed_download_is_continued(mirror, root):
    mirror.files["a.bin"] = PAYLOAD
    mirror.drop_after = 200_000
    mirror.gate = threading.Event()
    fields = {"name": "a.bin", "bases": [mirror.url], "limit": LIMIT}
    fields["md5"] = hashlib.md5(PAYLOAD).hexdigest()
    code = (
        "import json,sys; from reprogan.data.fetch import fetch, RemoteFile;"
        "fetch(RemoteFile(**json.loads(sys.argv[1])), None)"
    )
    src = str(Path(module.__file__).parents[2])
    job = subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(fields)], env={**os.environ, "PYTHONPATH": src}
    )
    deadline = time.monotonic() + 30
    while not any(p.stat().st_size >= 65536 for p in downloads().glob("*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    job.send_signal(signal.SIGKILL)
    job.wait()
    mirror.gate.set()
    mirror.gate = mirror.drop_after = None
    assert fetch(a_file(mirror.url), None).read_bytes() == PAYLOAD
    assert re.fullmatch(r"bytes=[1-9]\d+-", mirror.log[-1][1])
