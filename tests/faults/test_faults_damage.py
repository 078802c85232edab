"""Every file that a stage reads back, damaged: an error that names it, and never a trace.

What a flipped bit leaves valid, only a hash can tell: test_faults_pipeline.py has DVC and `verify`.
"""

import pytest
from campaign import chances
from forked import Killed, stage
from undisturbed import files_of, remove

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

READ = {
    "normalize": ["data/raw"],
    "reference": ["data/normalized"],
    "train": ["data/normalized/train.npz"],
    "sample": ["models/experiment"],
    "evaluate": ["samples/experiment.npz", "samples/experiment_snapshots.npz", "data/normalized",
                 "models/reference"],
    "leaderboard": ["metrics/cards/experiment/final.json", "metrics/cards/experiment/best.json",
                    "metrics/history/experiment.csv", "samples/experiment.npz"],
}  # fmt: skip
"""What each stage reads of what another has written."""

MAY_BE_GONE = (
    "metrics/cards/experiment/best.json",
    "models/experiment/snapshots",
    "data/normalized/validation.npz",
    "models/reference/validation.npz",
)
"""What is not always written: without it, there is nothing to be said of it."""


def damages(path, chance):
    """Each kind of damage: its name, and the content, None for none."""
    content = path.read_bytes()
    flipped = bytearray(content)
    flipped[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    head = bytearray(content)
    head[chance.randrange(min(64, len(content)))] ^= 1 << chance.randrange(8)
    return {
        "cut": content[: chance.randrange(1, len(content))],
        "empty": b"",
        "a flipped bit": bytes(flipped),
        "a flipped bit of its head": bytes(head),
        "other bytes": chance.randbytes(min(len(content), 4096)),
        "gone": None,
    }


@pytest.mark.parametrize("name", READ)
def test_a_damaged_input_is_named(undisturbed, place, name, record_property):
    made = undisturbed.made(name)
    told = 0
    for path in sorted(files_of(place, READ[name])):
        file = place / path
        whole = file.read_bytes()
        for kind, content in damages(file, chances(name, path)).items():
            file.unlink()
            if content is not None:
                file.write_bytes(content)
            ended = stage(place, name)
            print(f"{name}: {path}, {kind}: {ended.said.strip().splitlines()[-1:]}")
            assert ended.status in (0, 1) and "Traceback" not in ended.said, (kind, ended.said)
            if ended.status:
                told += 1
                error = ended.said[ended.said.index("Error:") :]
                named = path in error or path.rpartition("/")[0] in error
                assert named or (kind == "gone" and "no split validation" in error), (kind, error)
            else:  # another valid content, or one that is not always there
                gone = kind == "gone" and path.startswith(MAY_BE_GONE)
                assert "bit" in kind or gone or path.endswith(".csv"), (kind, path)
            file.write_bytes(whole)
    record_property("damages", told)
    stage(place, name).well()
    assert files_of(place, undisturbed.stages[name]) == made


def test_what_a_killed_training_left_may_be_damaged_at_will(undisturbed, place, record_property):
    """It goes back to what is whole, and ends with the bits of the run that was never killed."""
    outs, made = undisturbed.stages["train"], undisturbed.made("train")
    scratch, often = place / ".dvc/tmp/reprogan", {"REPROGAN_SAVE_EVERY": "0"}
    chance, told = chances("scratch"), 0
    stage(place, "train", **often).well()
    for nth in (45, 80):  # before and after a snapshot
        for which in ("newest", "oldest", "snapshot", "all"):
            for kind in ("cut", "a flipped bit", "gone"):
                remove(place, outs)
                if not list(scratch.glob("checkpoints/*/*.safetensors")):
                    assert stage(place, "train", fault=Killed(nth), **often).killed
                saved = sorted(scratch.glob("checkpoints/*/*.safetensors"))
                snapshots = sorted(scratch.glob("checkpoints/*/snapshots/*.safetensors"))
                chosen = {"newest": saved[-1:], "oldest": saved[:1], "snapshot": snapshots[:1],
                          "all": [*saved, *snapshots]}[which]  # fmt: skip
                for path in chosen:
                    content = damages(path, chance)[kind]
                    path.unlink()
                    if content is not None:
                        path.write_bytes(content)
                told += len(chosen)
                ended = stage(place, "train", **often).well()
                assert files_of(place, outs) == made
                bad = "damaged" in ended.said or "going on from step" not in ended.said
                assert bad or kind == "gone" or which == "oldest", ended.said
    record_property("damages", told)
