"""Every file that a stage reads back, damaged: what is said of it names it, and is never a trace.

What a flipped bit leaves valid, only a hash can tell: test_faults_pipeline.py has DVC and `verify`.
"""

import shutil

import pytest
import yaml
from campaign import chances
from forked import Killed, stage
from test_faults_track import forget_runs
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
    "represent@ns_gan": ["models/ns_gan/config.json", "models/ns_gan/weights.safetensors",
                         "data/normalized/train.npz", "data/normalized/test.npz"],
    "track": ["models/experiment/config.json", "metrics/eval/experiment.json",
              "metrics/history/experiment.csv", "provenance/train/experiment.json",
              ".dvc/tmp/reprogan/speed"],
}  # fmt: skip
"""What each stage reads of what another has written."""

STUDY = {
    "trial@ns_gan@--seed=0": ["plan/rows/ns_gan.json", "data/normalized/train.npz"],
    "judge": ["samples/ns_gan-0.npz", "data/normalized/test.npz"],
    "summary": ["metrics/cards/ns_gan-0.json", "samples/ns_gan-0.npz"],
}
"""The same of a study's own stages, in their order."""

COMPLAINTS = ("Error:", "warning:", "not as in dvc.lock")
"""Words in what a stage says of a file that it stops at, goes without, or waits for."""

MAY_BE_GONE = (
    "metrics/cards/experiment/best.json",
    "models/experiment/snapshots",
    "data/normalized/validation.npz",
    "models/reference/validation.npz",
    "provenance",
    ".dvc/tmp/reprogan/speed",
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
    made, root = undisturbed.made(name), undisturbed.repository.root
    for path in files_of(root, READ[name]).keys() - files_of(place, READ[name]).keys():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, place / path)
    record_property("damaged files", damage_each(place, name, READ[name]))
    stage(place, *name.split("@")).well()
    assert files_of(place, undisturbed.stages[name]) == made


def test_a_damaged_input_of_a_study_is_named(place, record_property):
    """A study of one row and one seed, which stands where the pipeline stood."""
    params = place / "params.yaml"
    table = yaml.safe_load(params.read_text("utf-8")) | {"seeds": [0]}
    params.write_text(yaml.safe_dump(table, sort_keys=False), "utf-8")
    stage(place, "plan").well()
    told = 0
    for name, paths in STUDY.items():
        outs = ["models/ns_gan-0", "samples/ns_gan-0.npz", "metrics/cards", "reports"]
        stage(place, *name.split("@")).well()
        made = files_of(place, outs)
        told += damage_each(place, name, paths)
        stage(place, *name.split("@")).well()
        assert files_of(place, outs) == made
    record_property("damaged files", told)


def damage_each(place, name, paths):
    """Run a stage on every kind of damage to every file; how many were told."""
    told = 0
    for path in sorted(files_of(place, paths)):
        file = place / path
        whole = file.read_bytes()
        for kind, content in damages(file, chances(name, path)).items():
            file.unlink()
            if content is not None:
                file.write_bytes(content)
            if name == "track":  # a run that is there stays, whatever its files are now
                forget_runs(place)
            ended = stage(place, *name.split("@"))
            print(f"{name}: {path}, {kind}: {ended.said.strip().splitlines()[-1:]}")
            assert ended.status in (0, 1) and "Traceback" not in ended.said, (kind, ended.said)
            error = complaint(ended.said)
            named = path in error or path.rpartition("/")[0] in error
            if ended.status:
                assert named or (kind == "gone" and "no split validation" in error), (kind, error)
            elif not named:  # another valid content, or one that is not always there
                gone = kind == "gone" and path.startswith(MAY_BE_GONE)
                assert "bit" in kind or gone or path.endswith(".csv"), (kind, path)
            told += bool(ended.status or named)
            file.write_bytes(whole)
    assert told
    return told


def complaint(said):
    """The lines from the first that complains."""
    lines = said.splitlines()
    first = (i for i, line in enumerate(lines) if any(words in line for words in COMPLAINTS))
    return "\n".join(lines[next(first, len(lines)) :])


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
    record_property("damaged files", told)
