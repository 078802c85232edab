"""The `evaluate` stage: every figure of one variant's samples, and the card that proves it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from ..files import replacing_folder, write
from ..metrics.card import Card, load_card, load_network
from ..metrics.features import extract
from ..metrics.frechet import distance_of
from ..metrics.judging import Readings, judge, rounded
from ..metrics.measures.metric import Real
from ..metrics.metric_card import Label, Made, MetricCard
from ..metrics.one_thread import one_thread
from ..metrics.real import load_real
from ..metrics.samples import Labels, Samples, load_samples, refuse_unlike
from ..metrics.seen import Seen
from ..metrics.settings import Evaluate
from ..metrics.snapshots import Snapshot, load_snapshots
from ..pictures import save_png


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where an evaluation goes.

    figures: JSON of numbers, for `dvc metrics diff`. cards: a folder of final.json, best.json and
    pictures. curve: CSV of the FID in the course of the training.
    """

    figures: Path
    cards: Path
    curve: Path


@dataclass(frozen=True, eq=False)
class Judge:
    """An extractor and the real images in its space; looks at samples and makes their cards."""

    settings: Evaluate
    card: Card
    network: nn.Module
    real: Real
    real_sha256: str
    device: str = "cpu"
    readings: Readings = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Evaluate, reference: Path, normalized: Path | None, device: str) -> Judge:
        """Of what the reference stage wrote; `normalized` is to prove of which images."""
        card = load_card(reference)
        real, sha256 = load_real(reference, card, settings, normalized)
        return cls(settings, card, load_network(reference, card), real, sha256, device)

    def see(self, images: np.ndarray[Any, Any], labels: Labels, label: str = "") -> Seen:
        """What the extractor makes of images."""
        found = extract(self.network, images, device=self.device, label=label)
        return Seen(found.features, found.logits, labels, images)

    def card_of(
        self, name: str, checkpoint: Label, samples: Samples, seen: Seen, selected_by: str = ""
    ) -> MetricCard:
        """The card of samples, draw by draw; the real images are read once for as many samples."""
        n = len(seen) // samples.draws
        draws = [seen.take(slice(i * n, (i + 1) * n)) for i in range(samples.draws)]
        sha256 = hashlib.sha256(np.ascontiguousarray(samples.images).tobytes()).hexdigest()
        made = Made.model_validate({**samples.made, "sha256": sha256})
        return judge(
            name, checkpoint, draws, self.real, self.settings, self.card, self.real_sha256, made,
            selected_by, self.readings,
        )  # fmt: skip


def evaluate(
    name: str, settings: Evaluate, samples: Path, snapshots: Path | None, normalized: Path | None,
    reference: Path, out: Outputs, device: str = "cpu",
) -> None:  # fmt: skip
    """Write `out`; same input, same bytes, on one machine.

    samples: npz of images (N, C, S, S) uint8 and, if conditional, labels (N,) int64; see `Samples`.
    snapshots: images of checkpoints on the way, of which the best by settings.select is judged too.
    normalized: the real images, to prove that the reference was made of them; None takes its word.
    reference: what the reference stage wrote. Raises ValueError, before anything is written, for
    inputs that are missing, damaged, or do not belong together.
    """
    given = load_samples(samples)
    with one_thread():
        at = Judge.of(settings, reference, normalized, device)
        shape = at.card.channels, at.card.size
        refuse_unlike(samples, given.images, given.labels, shape, len(at.card.classes))
        on_the_way = snapshots_like(given, snapshots) if snapshots is not None else []
        if on_the_way and settings.select not in at.real.splits:
            raise ValueError(
                f"evaluate.select: there is no split {settings.select} (data.validation_share);"
                f" valid: {', '.join(s for s in at.real.splits if s != settings.split)}"
            )
        seen = at.see(given.images, given.labels, f"{name} features")
        final = at.card_of(name, "final", given, seen)
        points = list(course(at, on_the_way, given, seen))
        best = best_of(name, at, points, final)
    for warning in final.warnings:
        print(f"{samples}: {warning}", file=sys.stderr)
    pictures = {m.name: m.picture(seen.take(slice(len(seen) // given.draws)), at.real)
                for m in settings.metrics}  # fmt: skip
    with replacing_folder(out.cards) as folder:
        final.save(folder / "final.json")
        if best is not None:
            best.save(folder / "best.json")
        for metric, picture in pictures.items():
            if picture is not None:
                save_png(picture, folder / f"{metric}.png")
    write(out.curve, curve_of(points))
    write(out.figures, json.dumps(flat(final, best), indent=2, allow_nan=False) + "\n")


def snapshots_like(final: Samples, path: Path) -> list[Snapshot]:
    """Those of a file, each as many images as a draw of the final samples, and of their shape.

    Raises ValueError for others: the FID of fewer images is greater.
    """
    wanted = (len(final.images) // final.draws, *final.images.shape[1:])
    found = load_snapshots(path)
    for snapshot in found:
        if snapshot.images.shape != wanted:
            raise ValueError(
                f"{path}: images after {snapshot.shown} are {snapshot.images.shape}, those of the"
                f" end {wanted} in a draw: run the sample stage again"
            )
    return found


@dataclass(frozen=True, eq=False)
class Point:
    """A checkpoint on the curve: real images shown, weights `published` or `raw`, and its FID."""

    shown: int
    kind: str
    fid: float
    samples: Samples
    seen: Seen


def course(at: Judge, snapshots: list[Snapshot], final: Samples, seen: Seen) -> Iterator[Point]:
    """FID against the split of selection, of every snapshot and last of the final checkpoint."""
    if not snapshots:
        return
    held_out = at.real.splits[at.settings.select].moments
    n = len(seen) // final.draws
    for snapshot in snapshots:
        labels = final.labels[: len(snapshot.images)]
        looked = at.see(snapshot.images, labels)
        made = {**final.made, "images": snapshot.shown}
        samples = Samples(snapshot.images, labels, 1, made)
        fid = distance_of(looked.moments, held_out)
        yield Point(snapshot.shown, snapshot.kind, fid, samples, looked)
    first = seen.take(slice(n))
    end = replace(final, images=final.images[:n], labels=final.labels[:n], draws=1)
    shown = int(final.made.get("images") or 0)
    yield Point(shown, "published", distance_of(first.moments, held_out), end, first)


def best_of(name: str, at: Judge, points: list[Point], final: MetricCard) -> MetricCard | None:
    """The card of the published checkpoint whose FID is least; None without a curve."""
    published = [point for point in points if point.kind == "published"]
    if not published:
        return None
    best = min(published, key=lambda point: point.fid)
    n, extractor = len(best.seen), at.card.extractor.name
    by = (
        f"the least FID in {extractor} of {n:,} samples from the"
        f" {len(at.real.splits[at.settings.select]):,} images of {at.settings.select}, of"
        f" {len(published)} checkpoints"
    )
    return at.card_of(name, "best", best.samples, best.seen, by)


def curve_of(points: list[Point]) -> str:
    """CSV: images shown, FID of what is published, and of the raw weights where they differ."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["images", "fid", "fid_raw"])
    raw = {point.shown: rounded(point.fid) for point in points if point.kind == "raw"}
    for point in points:
        if point.kind == "published":
            writer.writerow([point.shown, rounded(point.fid), raw.get(point.shown, "")])
    return text.getvalue()


def flat(final: MetricCard, best: MetricCard | None) -> Mapping[str, Any]:
    """The figures of the final checkpoint, and the FID of the best with when it was."""
    chosen = {} if best is None else {
        f"best_{best.figure_name('fid')}": best.fid,
        "best_images": best.made.images,
    }  # fmt: skip
    return {**final.flat, **chosen}
