"""The user's own commands, killed, in each other's way, and on damaged files: the same bits after it."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from campaign import chances
from undisturbed import afresh

from reprogan.doctor.queue import check_queue
from reprogan.doctor.torn import AT_WORK, check_git_locks, check_torn
from reprogan.results import md5_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults"), pytest.mark.timeout(1200)]

OFTEN = {"REPROGAN_SAVE_EVERY": "0"}
REPRO, ZOO = ("dvc", "repro"), ("python", "-m", "reprogan", "zoo", "-j", "2")
KILLED_COMMANDS = int(os.environ.get("REPROGAN_FAULTS_PIPELINE", "6"))


def killed(repository, seconds, *command):
    """A command and all that it started, killed after so long; whether it was still running."""
    process = repository.start(*command, **OFTEN)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()  # first: it would tell of a stage that has died before it
        process.wait()
        kill_all_in(repository)
    output = process.communicate()[0]
    assert process.returncode in (0, -signal.SIGKILL), output
    return process.returncode != 0


def mend(repository):
    """Type what the doctor says against what DVC was killed in the middle of; whether it found any."""
    found = check_git_locks(repository.root) + check_torn(repository.root)
    for it in found:
        print(it.text)
        repository.run("bash", "-c", it.mend)
    assert check_git_locks(repository.root) == check_torn(repository.root) == []
    return bool(found)


def wait_for(what, seconds=300.0):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def processes_in(repository):
    """Those that work in a repository: the zoo gives each stage a session of its own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX" and (entry / "cwd").readlink().is_relative_to(repository.root):
                found.append(int(entry.name))
        except OSError:
            continue  # it has ended, or is not ours
    return found


def kill_all_in(repository):
    """Until none is left, nor what the system keeps of one: DVC takes that for a process at work."""
    killed = set()
    while found := processes_in(repository):
        killed |= set(found)
        for number in found:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)
    wait_for(lambda: not any(Path(f"/proc/{number}").exists() for number in killed), 60)


def test_repro_and_the_zoo_killed_in_turn(undisturbed, tmp_path, record_property):
    """From nothing to everything, however often it is killed; the last word is an undisturbed one."""
    repository = afresh(undisturbed, tmp_path / "repository")
    chance, kills = chances("pipeline"), 0
    for turn in range(KILLED_COMMANDS):
        seconds = chance.uniform(2, 14)
        command = (REPRO, ZOO)[turn % 2]
        print(f"{' '.join(command)}: kill -9 after {seconds:.2f} s")
        kills += killed(repository, seconds, *command)
        mend(repository)
    record_property("kill -9", kills)
    assert kills
    repository.run(*ZOO)
    assert repository.lock() == undisturbed.repository.lock()
    assert repository.ran("repro") == []
    assert not list(repository.root.rglob("*.part"))
    assert not list((repository.root / ".dvc/tmp/reprogan/checkpoints").glob("*"))


DAMAGED = [
    "data/raw/digits.csv", "data/normalized/test.npz", "models/reference/extractor.weights",
    "models/reference/train.npz", "models/experiment/weights.safetensors",
    "models/experiment/config.json", "metrics/history/experiment.csv", "samples/experiment.npz",
    "samples/experiment_snapshots.npz", "metrics/cards/experiment/final.json",
    "metrics/curves/experiment.csv", "metrics/eval/experiment.json", "metrics/leaderboard.csv",
]  # fmt: skip


def spoil(path, chance):
    """One bit of it, and the time it was written."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.unlink()
    path.write_bytes(content)


def test_flipped_bits_anywhere_are_mended_by_repro(undisturbed, mine):
    """All outputs at once: those of DVC's cache come back, the others are computed again."""
    chance = chances("flips")
    for path in DAMAGED:
        spoil(mine.root / path, chance)
    mine.dvc("repro")
    assert mine.lock() == undisturbed.repository.lock()
    for stage in undisturbed.stages:
        for path in undisturbed.stages[stage]:
            assert md5_of(mine.root / path) == md5_of(undisturbed.repository.root / path), path


def test_a_flip_that_dvc_cannot_see_is_named_by_verify(mine):
    """DVC trusts size and time of a file; a rotten disk changes neither."""
    path = mine.root / "models/experiment/weights.safetensors"
    mine.dvc("status")
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    with path.open("r+b") as file:  # the same file: its number is looked at too
        file.write(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    said = mine.reprogan("verify", "sample", ok=False)
    assert "models/experiment" in said


def test_a_damaged_object_in_the_cache_is_never_taken(undisturbed, mine):
    """A model that is gone is looked for in the cache, where it is now another."""
    path = "models/experiment/weights.safetensors"
    md5 = md5_of(mine.root / path)
    (mine.root / path).unlink()
    cached = mine.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    cached.chmod(0o644)
    spoil(cached, chances("cache"))
    mine.dvc("repro")
    assert mine.lock() == undisturbed.repository.lock()
    assert md5_of(mine.root / path) == md5


@pytest.mark.parametrize("command", [REPRO, ZOO], ids=["repro", "zoo"])
def test_a_lock_that_dvc_was_killed_in_writing(undisturbed, mine, command, record_property):
    """It rewrites dvc.lock in place, for half a second where it is long."""
    whole, chance = mine.lock(), chances("lock")
    refused = 0
    for size in (0, whole.index(b"  evaluate:"), chance.randrange(len(whole))):
        (mine.root / "dvc.lock").write_bytes(whole[:size])
        process = mine.start(*command)
        output = process.communicate()[0]
        if process.returncode:
            assert "dvc.lock" in output and "Traceback" not in output
            assert mend(mine), output
            output = mine.run(*command)
            refused += 1
        assert "step" not in output, "nothing is computed again"
        assert mine.lock() == undisturbed.repository.lock()
    assert refused
    record_property("damaged files", 3)


@pytest.mark.parametrize("left", [AT_WORK, Path(".git/index.lock")], ids=["dvc", "git"])
def test_a_file_of_dvc_s_or_git_s_that_a_kill_leaves_in_the_way(undisturbed, mine, left):
    """Nobody's command ends well any more, and each says what is in the way, or what to type."""
    (mine.root / left).write_text("")
    whole = mine.lock()
    (mine.root / "dvc.lock").write_bytes(whole[: whole.index(b"  track:")])
    assert left.name in mine.dvc("repro", ok=False)
    assert f"rm {left}" in mine.run(*ZOO, ok=False)
    assert mend(mine)
    mine.dvc("repro")
    assert mine.lock() == undisturbed.repository.lock()


LOCKED = ("Unable to acquire lock", "is busy", "locked", "Another DVC process")


@pytest.mark.parametrize(
    ("one", "two"), [(REPRO, REPRO), (ZOO, ZOO), (ZOO, REPRO)], ids=["repro", "zoo", "both"]
)
def test_two_at_once_in_one_repository(undisturbed, mine, one, two):
    """Each ends well, or says that DVC is at work; after it everything is as it was."""
    for path in undisturbed.stages["train"] + undisturbed.stages["sample"]:
        target = mine.root / path
        if target.is_file():
            spoil(target, chances("two"))
        else:
            spoil(target / "weights.safetensors", chances("two"))
    for path in (mine.root / ".dvc/cache/runs").rglob("*"):
        if path.is_file():
            path.unlink()
    processes = [mine.start(*one), mine.start(*two)]
    for process in processes:
        output = process.communicate(timeout=600)[0]
        print(output)
        clear = any(words in output for words in LOCKED)
        assert process.returncode == 0 or (clear and "Traceback" not in output), output
    mine.dvc("repro")
    assert mine.lock() == undisturbed.repository.lock()


EDIT = ("-S", "train.seed=6", "-S", "train.images=1920", "--name", "six")


def queued(repository):
    """Its worker under way, in a session of its own that keeps no pipe open."""
    repository.dvc("exp", "run", "--queue", *EDIT)
    repository.run("bash", "-c", "dvc queue start > .dvc/tmp/worker 2>&1", **OFTEN)


def test_a_queue_worker_that_is_killed(undisturbed, mine, tmp_path, record_property):
    """DVC takes its task for running; the doctor does not; queued again it goes on, to the same bits."""
    other = undisturbed.repository.copy(tmp_path / "other")
    other.dvc("exp", "run", *EDIT)
    checkpoints = mine.root / ".dvc/tmp/reprogan/checkpoints"
    queued(mine)
    wait_for(lambda: len(list(checkpoints.glob("*/*.safetensors"))) > 1)
    kill_all_in(mine)
    assert list(checkpoints.glob("*/*.safetensors"))
    assert mine.run("git", "branch", "--show-current").strip() == "main"
    assert mine.run("git", "status", "--short") == ""
    assert "Running" in mine.dvc("queue", "status")
    (found,) = check_queue(mine.root)
    assert found.text.startswith("six was run by process")
    mine.run("bash", "-c", found.mend)
    assert check_queue(mine.root) == [] and "six" not in mine.dvc("queue", "status")
    record_property("kill -9", 1)

    queued(mine)
    wait_for(lambda: "Success" in mine.dvc("queue", "status"))
    assert "going on from step" in mine.dvc("queue", "logs", "six")
    mine.dvc("exp", "apply", "six")
    assert mine.lock() == other.lock()
    kill_all_in(mine)  # a worker waits a while for more
