"""A full or read-only disk: what was there stays, the error names the path, and then it goes on."""

import errno
import json

import pytest
from campaign import chances, some
from forked import Counted, Refused, forked, stage
from mounted import can_mount, on_small_disk, read_only
from undisturbed import files_of, remove, whole_or_absent

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

STAGES = ["download", "normalize", "reference", "train", "sample", "evaluate", "leaderboard"]
OFTEN = {"REPROGAN_SAVE_EVERY": "0"}
NUMBERS = {errno.ENOSPC: "No space left on device", errno.EROFS: "Read-only file system",
           errno.EACCES: "Permission denied", errno.EIO: "Input/output error"}  # fmt: skip


@pytest.fixture
def needs_mounts():
    if not can_mount():
        pytest.skip("this machine lets no process mount a file system of its own")


@pytest.mark.parametrize("name", STAGES)
def test_every_change_of_a_file_may_fail(undisturbed, place, name, record_property):
    """With a full disk, a read-only one, no permission, or a broken one."""
    outs, made = undisturbed.stages[name], undisturbed.made(name)
    count = place.parent / "count"
    for _ in range(2):
        remove(place, outs)
        stage(place, name, fault=Counted(0, count), **OFTEN).well()
    moments = some(range(1, int(count.read_text()) + 1), name, "refused")
    record_property("refused writes", len(moments))
    for turn, nth in enumerate(moments):
        number = list(NUMBERS)[turn % len(NUMBERS)]
        print(f"{name}: {NUMBERS[number]} at change {nth} of {count.read_text().strip()}")
        remove(place, outs)
        ended = stage(place, name, fault=Refused(nth, number), **OFTEN)
        found = files_of(place, outs)
        assert whole_or_absent(found, made)
        if ended.status == 0:  # what failed was the removal of something needless
            assert found == made
        else:
            assert ended.status == 1 and "Traceback" not in ended.said, ended.said
            error = ended.said[ended.said.index("Error:") :]
            assert NUMBERS[number] in error and (str(place) in error or "/" in error), error
        stage(place, name, **OFTEN).well()
        assert files_of(place, outs) == made and not list(place.rglob("*.part"))


@pytest.mark.parametrize("name", STAGES)
def test_a_disk_that_fills_up(needs_mounts, undisturbed, place, name, record_property):
    """A real one, that is too small by chance."""
    outs, made = undisturbed.stages[name], undisturbed.made(name)
    remove(place, outs)
    size = sum((undisturbed.repository.root / path).stat().st_size for path in made)
    pages = some(range(max(size // 4096, 1)), name, "room")
    pages = sorted(chances(name, "pages").sample(pages, (len(pages) + 2) // 3))
    record_property("full disks", len(pages))
    for room in pages:
        print(f"{name}: {room * 4096} bytes free for {size} bytes")
        report = place.parent / f"{room}.json"
        args = (place, [name], outs, (room + 1) * 4096, report, OFTEN)
        assert forked(on_small_disk, *args) == 0
        full, plenty = json.loads(report.read_text())
        assert full["status"] == 1 and "Traceback" not in full["said"], full["said"]
        error = full["said"][full["said"].index("Error:") :]
        assert "No space left on device" in error and "/" in error, error
        assert whole_or_absent(full["files"], made)
        assert plenty["status"] == 0 and plenty["files"] == made, plenty["said"]


@pytest.mark.parametrize("name", [*STAGES, "track"])
def test_a_read_only_disk_is_told_at_once(needs_mounts, undisturbed, place, name):
    ended = stage(place, name, fault=read_only)
    assert ended.status == 1 and "Traceback" not in ended.said, ended.said
    assert "Read-only file system" in ended.said
    if name == "train":
        assert "Nothing was computed yet" in ended.said and "images/s" not in ended.said
    assert files_of(place, undisturbed.stages[name]) == undisturbed.made(name)
