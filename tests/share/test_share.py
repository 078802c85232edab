"""Results go to a folder or to a bucket and come back elsewhere, whole or not at all."""

import hashlib
import re
import signal
import time

import pytest
from bucket import KEYS
from undisturbed import files_of

from reprogan.results import md5_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults"), pytest.mark.timeout(1200)]

WEIGHTS = "models/experiment/weights.safetensors"


def remote(repository, url, endpoint=None):
    """What docs/reproducibility.md says to type, committed."""
    repository.run("make", "-o", "env", "remote", f"URL={url}")
    if endpoint:
        repository.dvc("remote", "modify", "store", "endpointurl", endpoint)
    repository.commit("a remote")


def assert_same_results(undisturbed, there):
    """Every file that any stage writes."""
    for stage in undisturbed.stages:
        assert files_of(there.root, undisturbed.stages[stage]) == undisturbed.made(stage), stage


def assert_is_what_it_is_called(name, content):
    """An object's name is the MD5 of its content."""
    assert hashlib.md5(content).hexdigest() == name.removesuffix(".dir"), name


def key_of(path):
    md5 = md5_of(path)
    return f"reprogan/files/md5/{md5[:2]}/{md5[2:]}"


@pytest.fixture
def connected(mine, bucket):
    """The bucket is its remote, and empty."""
    remote(mine, f"s3://{bucket.name}/reprogan", bucket.address)
    return mine


@pytest.fixture
def pushed(connected):
    connected.dvc("push")
    return connected


def test_a_folder(undisturbed, mine, clone, tmp_path):
    """Push, clone elsewhere, pull; then nothing is to be done."""
    remote(mine, str(tmp_path / "store"))
    mine.run("make", "-o", "env", "push")
    for file in (tmp_path / "store/files/md5").glob("*/*"):
        assert_is_what_it_is_called(file.parent.name + file.name, file.read_bytes())
    theirs = clone(mine)
    assert not (theirs.root / WEIGHTS).exists()
    theirs.run("make", "-o", "env", "pull")
    assert theirs.ran("repro") == []
    assert "up to date" in theirs.dvc("status")
    assert theirs.run("git", "status", "--short") == ""
    assert_same_results(undisturbed, theirs)


def test_a_bucket(undisturbed, pushed, bucket, clone):
    """The same over S3; and MLflow can be filled there."""
    keys = bucket.names()
    assert key_of(pushed.root / WEIGHTS) in keys
    for key in keys:
        assert_is_what_it_is_called("".join(key.split("/")[-2:]), bucket.read(key))
    theirs = clone(pushed)
    theirs.dvc("pull")
    assert theirs.ran("repro") == []
    assert "up to date" in theirs.dvc("status")
    assert_same_results(undisturbed, theirs)
    assert "2 of 2 results are new in MLflow" in theirs.reprogan("sync")
    assert re.search(r"good +remotes +store", theirs.reprogan("doctor"))
    assert pushed.dvc("push").strip() == "Everything is up to date."
    assert sorted(bucket.names()) == sorted(keys)


def test_what_was_computed_elsewhere_is_proven_here(pushed, clone):
    """Only what a proof needs comes from the bucket, and goes again."""
    theirs = clone(pushed)
    said = theirs.reprogan("reproduce", "HEAD", "train", "--pull")
    assert "equal" in said and "differ" not in said
    assert not (theirs.root / "data/normalized").exists()


@pytest.mark.parametrize("how", ["a bit is flipped", "cut short", "gone"])
def test_a_damaged_object_is_never_taken(undisturbed, pushed, bucket, clone, how):
    """It is named and nothing is put in its place; computing it anew gives the same bits.

    To mend a bucket, both the object and its directory's list have to go: DVC takes a directory for
    whole whose list is there.
    """
    key = key_of(pushed.root / WEIGHTS)
    content = bucket.read(key)
    if how == "gone":
        bucket.remove(key)
    elif how == "cut short":
        bucket.write(key, content[: len(content) // 2])
    else:
        bucket.write(key, content[:100] + bytes([content[100] ^ 1]) + content[101:])
    theirs = clone(pushed)
    said = theirs.dvc("pull", ok=False)
    assert "models/experiment" in said or key.rpartition("md5/")[2].replace("/", "") in said
    assert not (theirs.root / WEIGHTS).exists()
    refused = theirs.reprogan("reproduce", "HEAD", "sample", "--pull", ok=False)
    assert "models/experiment" in refused and "Traceback" not in refused
    assert "train" in theirs.ran("repro", "train")
    assert (theirs.root / WEIGHTS).read_bytes() == content
    for path in (WEIGHTS, "models/experiment"):
        bucket.remove(key_of(pushed.root / path))
    pushed.dvc("push")
    assert bucket.read(key) == content


def killed(repository, begun, *command):
    """A command, killed as soon as something has begun; whether it had not ended by then."""
    process = repository.start(*command)
    while process.poll() is None and not begun():
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_what_is_killed_is_finished_by_the_next(
    undisturbed, connected, bucket, clone, record_property
):
    """No object is ever there in part, and none that is taken."""
    kills = 0
    for count in (1, 8, 15):
        kills += killed(connected, lambda n=count: len(bucket.names()) >= n, "dvc", "push")
        assert len(bucket.names()) >= count
        for key in bucket.names():
            assert_is_what_it_is_called("".join(key.split("/")[-2:]), bucket.read(key))
    connected.run("make", "-o", "env", "push")
    theirs = clone(connected)
    cache = theirs.root / ".dvc/cache/files/md5"
    for count in (1, 8, 15):
        begun = lambda n=count: len(list(cache.glob("*/*"))) >= n  # noqa: E731
        kills += killed(theirs, begun, "dvc", "pull")
    theirs.run("make", "-o", "env", "pull")
    assert_same_results(undisturbed, theirs)
    assert theirs.ran("repro") == []
    assert kills
    record_property("kill -9", kills)


CUT_OFF = """
import os, sys
from dvc_data.index import collect
from dvc.cli import main
collected, count = collect._collect_from_index, iter(range(3))
def cut_off(*args, **options):
    next(count, None) is None and os._exit(9)
    collected(*args, **options)
collect._collect_from_index = cut_off
main(sys.argv[1:])
"""
"""DVC is gone between two of the outputs whose names it collects, and has kept those before."""


def test_what_is_cut_off_while_it_collects_is_finished(undisturbed, connected, clone):
    """`dvc push` itself then sends what was collected, and says that all is well."""
    connected.run("python", "-c", CUT_OFF, "push", ok=False)
    connected.run("make", "-o", "env", "push")
    theirs = clone(connected)
    theirs.run("python", "-c", CUT_OFF, "pull", ok=False)
    theirs.run("make", "-o", "env", "pull")
    assert_same_results(undisturbed, theirs)


def test_a_push_fails_where_the_remote_lacks_something_and_only_there(pushed, bucket, clone):
    """A clone that has pulled a part pushes well into a full bucket, and not into an empty one."""
    theirs = clone(pushed)
    theirs.dvc("pull", "normalize")
    theirs.run("make", "-o", "env", "push")
    for key in bucket.names():
        bucket.remove(key)
    assert "not all of it" in theirs.run("make", "-o", "env", "push", ok=False)


def test_a_remote_needs_a_place(mine):
    """Another one keeps what else was said of it, and none brings a password into git."""
    assert "make remote URL=" in mine.run("make", "-o", "env", "remote", ok=False)
    remote(mine, "s3://results/one", "http://127.0.0.1:9")
    mine.run("make", "-o", "env", "remote", "URL=s3://results/two")
    said = mine.dvc("config", "--list")
    assert "url=s3://results/two" in said and "endpointurl=http://127.0.0.1:9" in said
    mine.run("make", "-o", "env", "remote", "URL=https://me:S3CRET@example.org/x", ok=False)
    assert "S3CRET" not in (mine.root / ".dvc/config").read_text()
    mine.run("make", "-o", "env", "remote", "URL=s3://me@results/three")  # a name is no secret


def test_without_keys_and_without_a_server_nothing_is_lost(pushed, clone, monkeypatch):
    """Errors say which, and no secret; results are computed instead."""
    theirs = clone(pushed)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert "Unable to locate credentials" in theirs.dvc("pull", ok=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["AWS_ACCESS_KEY_ID"])
    theirs.dvc("remote", "modify", "--local", "store", "endpointurl", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    said = theirs.reprogan("reproduce", "HEAD", "train", "--pull", ok=False)
    assert "Could not connect" in said and "Traceback" not in said
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in said


def test_keys_are_kept_out_of_git(pushed):
    """`--local` is the place for them."""
    secret = KEYS["AWS_SECRET_ACCESS_KEY"]
    pushed.dvc("remote", "modify", "--local", "store", "secret_access_key", secret)
    assert pushed.run("git", "status", "--short") == ""
    pushed.run("git", "grep", "--quiet", secret, "HEAD", "--", ".", ":!tests", ok=False)
