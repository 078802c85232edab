"""How every figure moves when real images are spoiled by a known amount.

    python benchmarks/sensitivity.py DATA REFERENCE --to docs/sensitivity

DATA: data/normalized of a pipeline; REFERENCE: its models/reference. What stands for a generator's
samples are real images of the validation split, which neither the extractor nor the figures have
seen: the first of each row is what a perfect generator would have, and the others have to get
worse. Writes a CSV and a PNG, and a Markdown table to stdout.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageFilter

from reprogan.config import load
from reprogan.data.imageset import ImageSet
from reprogan.metrics.one_thread import one_thread
from reprogan.metrics.samples import Samples
from reprogan.stages.evaluate import Judge

Pixels = np.ndarray
SEED, COUNT = 0, 5000


def each(x: Pixels, change: Callable[[Image.Image], Image.Image]) -> Pixels:
    """Every image by way of Pillow."""
    gray = x.shape[1] == 1
    out = [np.asarray(change(Image.fromarray(i[0] if gray else i.transpose(1, 2, 0)))) for i in x]
    return np.stack([i[None] if gray else i.transpose(2, 0, 1) for i in out])


def noise(x: Pixels, y: Pixels, deviation: float) -> Pixels:
    """Normal, of a deviation in bytes."""
    drawn = np.random.default_rng(SEED).normal(0, deviation, x.shape)
    return np.clip(np.rint(x + drawn), 0, 255).astype(np.uint8)


def blur(x: Pixels, y: Pixels, radius: float) -> Pixels:
    """Gaussian, of a radius in pixels."""
    return each(x, lambda image: image.filter(ImageFilter.GaussianBlur(radius))) if radius else x


def jpeg(x: Pixels, y: Pixels, quality: float) -> Pixels:
    """Coded and decoded; 100 stands for not at all."""

    def coded(image: Image.Image) -> Image.Image:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(quality))
        return Image.open(file)

    return x if quality == 100 else each(x, coded)


def without(x: Pixels, y: Pixels, count: float) -> Pixels:
    """Images of the first classes are replaced by others."""
    kept = np.flatnonzero(y >= count)
    return x[np.random.default_rng(SEED).choice(kept, len(x), replace=len(kept) < len(x))]


def repeated(x: Pixels, y: Pixels, times: float) -> Pixels:
    """Only one image in so many, each as often: collapse within classes."""
    few = x[: max(1, round(len(x) / times))]
    return few[np.arange(len(x)) % len(few)]


SPOILT = {
    "noise, deviation in bytes": (noise, (0, 8, 16, 32, 64)),
    "blur, radius in pixels": (blur, (0, 0.5, 1, 2)),
    "JPEG quality": (jpeg, (100, 95, 75, 50, 20)),
    "classes dropped": (without, (0, 1, 3, 5, 9)),
    "each image repeated": (repeated, (1, 2, 10, 100, 1000)),
}


def main() -> None:
    """Spoil, judge, write."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("data", type=Path)
    words.add_argument("reference", type=Path)
    words.add_argument("--to", type=Path, required=True)
    words.add_argument("--params", type=Path, default=Path("params.yaml"))
    asked = words.parse_args()
    settings = load(asked.params).evaluate
    rows = []
    with one_thread():
        at = Judge.of(settings, asked.reference, asked.data, "cpu")
        sets = {name: ImageSet.load(asked.data / f"{name}.npz") for name in ("train", "validation")}
        held, train = sets["validation"].images[:COUNT], sets["train"].images
        held_y = sets["validation"].labels[:COUNT]
        for kind, (spoil, amounts) in SPOILT.items():
            for amount in amounts:
                rows.append(judged(at, kind, amount, spoil(held, held_y, amount)))
        copies = np.random.default_rng(SEED).permutation(len(train))[: len(held)]
        for share in (0, 0.1, 0.5, 1):
            mixed = held.copy()
            mixed[: round(share * len(held))] = train[copies[: round(share * len(held))]]
            rows.append(judged(at, "share copied from training", share, mixed))
    stems = list(dict.fromkeys(key for row in rows for key in row if key not in ("kind", "amount")))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["kind", "amount", *stems], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    asked.to.with_suffix(".csv").write_text(text.getvalue())
    plot(rows, stems, asked.to.with_suffix(".png"))
    print(f"| | amount | {' | '.join(stems)} |\n|---|---:|{'---:|' * len(stems)}")
    for row in rows:
        told = (f"{row[s]:.4g}" if row.get(s) is not None else "∞" for s in stems)
        print(f"| {row['kind']} | {row['amount']:g} | {' | '.join(told)} |")


def judged(at: Judge, kind: str, amount: float, images: Pixels) -> dict[str, object]:
    """The value of every figure."""
    samples = Samples(images, np.full(len(images), -1))
    card = at.card_of("given", "given", samples, at.see(images, samples.labels))
    print(kind, amount, f"{card.fid:.4g}", flush=True)
    values = {figure.stem: figure.value for figure in card.figures.values()}
    return {"kind": kind, "amount": amount, **values}


def plot(rows: list[dict[str, object]], stems: list[str], path: Path) -> None:
    """A column of panels for each way to spoil, a row for each figure."""
    kinds = list(dict.fromkeys(str(row["kind"]) for row in rows))
    figure = Figure(figsize=(2.3 * len(kinds), 1.5 * len(stems)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(stems), len(kinds), squeeze=False, sharey="row")
    for i, stem in enumerate(stems):
        for j, kind in enumerate(kinds):
            mine = [row for row in rows if row["kind"] == kind]
            ys = [row.get(stem) for row in mine]
            axes[i, j].plot(range(len(mine)), [np.nan if y is None else y for y in ys], "o-")
            axes[i, j].set_xticks(range(len(mine)), [f"{row['amount']:g}" for row in mine])
            axes[i, j].tick_params(labelsize=7)
        if stem == "fid":
            axes[i, 0].set_yscale("log")
        elif stem.startswith("kid"):  # near 0 it is negative at times
            axes[i, 0].set_yscale("symlog", linthresh=0.001)
            axes[i, 0].set_ylim(bottom=-0.002)
        axes[i, 0].set_ylabel(stem.replace("_", " "), fontsize=8)
    for j, kind in enumerate(kinds):
        axes[0, j].set_title(kind, fontsize=8)
    figure.savefig(path, dpi=90, metadata={"Software": None})


if __name__ == "__main__":
    main()
