"""Every reader of what comes from outside, or from an earlier stage."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from goods import ENCODED, JUDGED, PACKED
from mutations import Mutator, tars

from reprogan import config, preset, provenance
from reprogan.checkpoint import unpack
from reprogan.curves import read_history
from reprogan.data.archive import members
from reprogan.data.decode import decode, quiet
from reprogan.data.errors import DataError
from reprogan.data.imageset import ImageSet
from reprogan.data.remote import RemoteFile
from reprogan.data.settings import Data
from reprogan.data.sources import SOURCES
from reprogan.doctor import leftovers
from reprogan.environment import drift
from reprogan.metrics.card import load_card, load_network
from reprogan.metrics.metric_card import MetricCard
from reprogan.metrics.real import load_real
from reprogan.metrics.samples import load_samples
from reprogan.metrics.snapshots import load_snapshots
from reprogan.metrics.stored import Stored
from reprogan.reading import overlay, read
from reprogan.results import Result, read_result
from reprogan.sampling import Model
from reprogan.score.arrays import arrays
from reprogan.score.kept import whole
from reprogan.score.pictures import pictures
from reprogan.score.pile import Fitting
from reprogan.score.settings import scoring
from reprogan.study.outcome import load_outcome
from reprogan.study.plan import Plan
from reprogan.tracking.facts import facts_of, read_json
from reprogan.tracking.study import figures, means_of
from reprogan.tracking.writing import shown
from reprogan.verify.comparison import difference
from reprogan.verify.verification import entries
from reprogan.zoo import in_order


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What reads a file. file: the good one, in its group's folder. kind: of MUTATORS.

    read: is given the path of a malformed file, which stands where the good one stood. more: other
    mutators. examples: in one run. names: whether errors must name the file; where they do not,
    the caller does.
    """

    file: str
    kind: str
    read: Callable[[Path], object]
    examples: int = 200
    more: tuple[Mutator, ...] = ()
    names: bool = True


def lay(path: Path) -> None:
    """`reprogan preset` lays a file over params.yaml."""
    base = read(path.parent / "params.yaml")
    top = read(path)
    config.parse(overlay(base, top), path)
    target = path.parent / "laid.yaml"
    target.write_text((path.parent / "params.yaml").read_text("utf-8"), "utf-8")
    preset.lay_over(target, top)


def decoded(path: Path) -> object:
    with quiet():
        return decode(path.read_bytes())


def unarchived(path: Path) -> object:
    return [member.name for member in members(path, lambda name: name.endswith(".png"))]


def source(name: str) -> Callable[[Path], object]:
    """What the normalize stage reads of a source."""
    settings = Data.model_validate({"name": name, "size": 1 if name == "ring8" else 8})
    return lambda path: SOURCES[name].read(settings, path.parent)


def known(path: Path) -> object:
    """A downloaded file, which is unpacked before it is known to be the right one."""
    md5 = hashlib.md5(b"known " * 50).hexdigest()
    file = RemoteFile(name=path.name, bases=(), md5=md5, md5_of="payload", limit=5000)
    fault = file.wrong_with(path)
    if fault:
        raise DataError(fault)
    return path


def checkpoint(path: Path) -> object:
    """A damaged one is passed over for the one before it, which is its refusal."""
    return passed_over(path, unpack(path.read_bytes()))


def provenanced(path: Path) -> object:
    """The same: without a record, nothing is explained by it."""
    return passed_over(path, provenance.load(path))


def locked(path: Path) -> object:
    """A result of a damaged dvc.lock is none, as of a commit that has another form of it."""
    return passed_over(path, read_result("experiment", path))


def compared(path: Path) -> None:
    """Against the good one; what differs is what `verify` says of it."""
    fault = difference(path.with_name(f"good-{path.name}"), path)
    if fault:
        raise ValueError(fault)


def kept(path: Path) -> object:
    """What `score` has kept is made again where it is damaged."""
    return passed_over(path, whole(path.parents[0 if path.suffix == ".json" else 1]))


def passed_over(path: Path, found: object) -> object:
    if not found:
        raise ValueError(f"{path} is passed over")
    return found


def extractor(path: Path) -> object:
    return load_network(path.parent, load_card(path.parent))


def real(path: Path) -> object:
    """All that the evaluate stage reads of the reference stage and of the real images."""
    folder = path.parent if path.parent.name == "reference" else path.parents[1] / "reference"
    return load_real(folder, load_card(folder), JUDGED, folder.parent / "data")


TRACKED = Result(
    "gan", {"data/normalized": "d" * 32}, {"metrics/eval/gan.json": "e" * 32},
    {"loss": "hinge", "sample": {"seed": 0}}, {"name": "digits", "size": 8},
)  # fmt: skip


SPEED = f"speed/{hashlib.sha256(b'weights').hexdigest()[:24]}.csv"
"""Of the weights in `tracked`."""


def tracked(path: Path) -> object:
    """Without a record that is damaged, its refusal; and nothing that a data base cannot hold."""
    here = next(folder for folder in path.parents if folder.name == "tracked")
    facts = facts_of(TRACKED, here, here)
    if facts.warnings:
        raise ValueError("; ".join(facts.warnings))
    for key, value in (facts.params | facts.tags).items():
        key.encode(), shown(value).encode()
    assert all(isinstance(value, float) for value in facts.metrics.values())
    return facts


def program(path: Path) -> object:
    from reprogan.metrics.extractors.program import load_program

    return load_program(path.read_bytes())


def inception(path: Path) -> object:
    from reprogan.metrics.extractors.inception_network import tensors_only

    return tensors_only(path.read_bytes())


def scored(path: Path) -> object:
    return scoring(path.read_text("utf-8", "replace"), None, "test", 0)


def ordered(path: Path) -> None:
    lock = path.parent / "dvc.lock"
    with in_order(lock, {}, path):
        pass


IMAGES = [
    Reader(file=f"pictures/one.{suffix}", kind="bytes", read=decoded, names=False, examples=300)
    for suffix in ENCODED
]
READERS: dict[str, Reader] = {
    # Configuration
    "params.yaml": Reader(file="texts/params.yaml", kind="yaml", read=config.load, examples=150),
    "preset": Reader(file="texts/preset.yaml", kind="yaml", read=lay, examples=80),
    "study": Reader(file="texts/study.yaml", kind="yaml", read=config.load, examples=100),
    "base of a study": Reader(
        file="texts/params.yaml", kind="yaml", examples=60,
        read=lambda p: config.load(p.with_name("study.yaml")),
    ),
    "--extractor": Reader(file="texts/extractor.yaml", kind="yaml", read=scored, names=False),
    # Images, and what they come in
    **{f"image {reader.file[-4:]}": reader for reader in IMAGES},
    "zip": Reader(file="pictures/some.zip", kind="zip", read=unarchived),
    **{
        suffix: Reader(
            file=f"pictures/some.{suffix}", kind="bytes", read=unarchived, more=(tars(pack),) * 2
        )
        for suffix, pack in PACKED.items()
    },
    "downloaded file": Reader(file="raw/known.gz", kind="bytes", read=known, names=False),
    "idx images": Reader(file="raw/train-images-idx3-ubyte", kind="bytes", read=source("mnist")),
    "idx labels": Reader(file="raw/train-labels-idx1-ubyte", kind="bytes", read=source("mnist")),
    "CIFAR-10": Reader(
        file="raw/cifar-10-binary.tar.gz", kind="bytes", read=source("cifar10"),
        more=(tars(gzip.compress),) * 2,
    ),
    "digits": Reader(file="raw/digits.csv", kind="csv", read=source("digits")),
    "points": Reader(file="raw/points.npz", kind="npz", read=source("ring8")),
    "packed images": Reader(
        file="raw/images.zip", kind="zip", read=source("folder"), names=False
    ),
    "scored archive": Reader(
        file="pictures/some.zip", kind="zip", read=lambda p: pictures(p, Fitting())
    ),
    "scored npz": Reader(
        file="pictures/arrays.npz", kind="npz", read=lambda p: arrays(p, Fitting())
    ),
    "scored npy": Reader(
        file="pictures/array.npy", kind="bytes", read=lambda p: arrays(p, Fitting(size=8))
    ),
    # What stages leave
    "normalized images": Reader(file="results/data/train.npz", kind="npz", read=ImageSet.load),
    "samples": Reader(file="results/samples.npz", kind="npz", read=load_samples),
    "samples of snapshots": Reader(file="results/snapshots.npz", kind="npz", read=load_snapshots),
    "reference": Reader(file="results/reference/test.npz", kind="npz", read=Stored.load),
    "reference of evaluate": Reader(file="results/reference/test.npz", kind="npz", read=real),
    "real images of evaluate": Reader(file="results/data/test.npz", kind="npz", read=real),
    "extractor card": Reader(
        file="results/reference/extractor.json", kind="json", read=lambda p: load_card(p.parent)
    ),
    "extractor weights": Reader(
        file="results/reference/extractor.weights", kind="safetensors", read=extractor
    ),
    "weights": Reader(
        file="results/model/weights.safetensors", kind="safetensors", examples=100,
        read=lambda p: Model.load(p.parent, "cpu"),
    ),
    "configuration of a model": Reader(
        file="results/model/config.json", kind="json", read=lambda p: Model.load(p.parent, "cpu")
    ),
    "history": Reader(file="results/history.csv", kind="csv", read=read_history),
    "metric card": Reader(
        file="results/cards/final.json", kind="json", read=lambda p: MetricCard.load(p, "evaluate")
    ),
    "outcome of a trial": Reader(
        file="results/outcomes/model-0.json", kind="json",
        read=lambda p: load_outcome(p.parent, "model", 0),
    ),
    "plan": Reader(file="texts/plan.json", kind="json", read=Plan.load),
    **{
        f"{file} of track": Reader(file=f"tracked/{file}", kind=kind, read=tracked)
        for file, kind in {
            "models/gan/config.json": "json", "metrics/eval/gan.json": "json",
            "metrics/cards/gan/final.json": "json", "metrics/history/gan.csv": "csv",
            "metrics/curves/gan.csv": "csv", "provenance/train/gan.json": "json",
            SPEED: "csv",
        }.items()
    },
    "card of a study's run": Reader(
        file="tracked/metrics/cards/gan/final.json", kind="json",
        read=lambda p: figures(read_json(p), p),
    ),
    "summary of a study's run": Reader(
        file="tracked/reports/summary.csv", kind="csv", read=means_of
    ),
    "dvc.lock of sync": Reader(
        file="texts/dvc.lock", kind="yaml", read=locked
    ),
    "dvc.lock of verify": Reader(
        file="texts/dvc.lock", kind="yaml", names=False,
        read=lambda p: entries(p, ["experiment"]),
    ),
    "dvc.lock of doctor": Reader(file="texts/dvc.lock", kind="yaml", read=leftovers.locked),
    "requirements.lock": Reader(file="texts/requirements.lock", kind="bytes", read=drift),
    "provenance": Reader(file="texts/provenance.json", kind="json", read=provenanced),
    # Networks of others
    "TorchScript": Reader(
        file="programs/script.pt", kind="zip", read=program, examples=100, names=False
    ),
    "exported program": Reader(
        file="programs/export.pt2", kind="zip", read=program, examples=100, names=False
    ),
    "Inception's weights": Reader(
        file="programs/state.pth", kind="zip", read=inception, names=False
    ),
    # What is kept between commands, or compared
    "checkpoint": Reader(
        file="results/checkpoint.safetensors", kind="safetensors", read=checkpoint
    ),
    **{
        f"output of verify {file.rpartition('.')[2]}": Reader(
            file=f"results/{file}", kind=kind, read=compared, names=False, examples=100
        )
        for file, kind in {
            "model/weights.safetensors": "safetensors", "samples.npz": "npz", "grid.png": "bytes",
            "cards/final.json": "json", "history.csv": "csv",
        }.items()
    },
    "kept images": Reader(file="kept/images/test.npz", kind="npz", read=kept),
    "hashes of kept images": Reader(file="kept/sha256.json", kind="json", read=kept),
    "order of dvc.lock": Reader(file="texts/order.json", kind="json", read=ordered),
}  # fmt: skip
