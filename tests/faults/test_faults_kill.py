"""kill -9 at any moment of a stage: nothing is half-written, and the same command then ends it."""

import time

import pytest
from campaign import chances, some
from forked import Counted, Killed, stage
from undisturbed import files_of, remove, whole_or_absent

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

STAGES = ["download", "normalize", "reference", "train", "sample", "evaluate", "leaderboard"]
OFTEN = {"REPROGAN_SAVE_EVERY": "0"}
"""A checkpoint each step, so that kills fall among them."""


@pytest.mark.parametrize("name", STAGES)
def test_at_every_change_of_a_file(undisturbed, place, name, record_property):
    """A file that was being opened is left torn."""
    outs, made = undisturbed.stages[name], undisturbed.made(name)
    count = place.parent / "count"
    for _ in range(2):  # the first one makes folders that then are there
        remove(place, outs)
        stage(place, name, fault=Counted(0, count), **OFTEN).well()
    moments = some(range(1, int(count.read_text()) + 1), name, "change")
    record_property("kill -9", len(moments))
    for nth in moments:
        print(f"{name}: kill -9 at change {nth} of {count.read_text().strip()}")
        remove(place, outs)
        assert stage(place, name, fault=Killed(nth), **OFTEN).killed
        assert whole_or_absent(files_of(place, outs), made)
        stage(place, name, **OFTEN).well()
        assert files_of(place, outs) == made
        assert not list(place.rglob("*.part"))


@pytest.mark.parametrize("name", STAGES)
def test_at_random_moments(undisturbed, place, name, record_property):
    """Two of three fall upon a run that was killed before, whose outputs nobody has removed."""
    outs, made = undisturbed.stages[name], undisturbed.made(name)
    remove(place, outs)
    began = time.monotonic()
    stage(place, name, **OFTEN).well()
    seconds, chance = time.monotonic() - began, chances(name, "moment")
    moments, killed = some(range(1000), name, "moment"), 0
    chance.shuffle(moments)
    for turn, moment in enumerate(moments):
        if turn % 3 == 0:
            remove(place, outs)
        after = seconds * moment / 1000
        print(f"{name}: kill -9 after {after:.3f} of {seconds:.3f} s")
        killed += stage(place, name, kill_after=after, **OFTEN).killed
        assert whole_or_absent(files_of(place, outs), made)
        if turn % 3 == 2:
            stage(place, name, **OFTEN).well()
            assert files_of(place, outs) == made
    record_property("kill -9", killed)
    stage(place, name, **OFTEN).well()
    assert files_of(place, outs) == made
    assert not list(place.rglob("*.part"))
