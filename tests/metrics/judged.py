"""Samples in a file, judged by the evaluate stage; cards made up without any."""

import json
from types import SimpleNamespace

import numpy as np

from reprogan.metrics.metric_card import MetricCard
from reprogan.stages.evaluate import Outputs, evaluate


def save(path, images, **more):
    """An npz like that of the sample stage."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, images=images, **more)
    return path


def outputs(root):
    """Where an evaluation below `root` goes."""
    return Outputs(figures=root / "eval.json", cards=root / "cards", curve=root / "curve.csv")


def judged(where, images, root, settings=None, snapshots=None, **more):
    """What the evaluate stage writes of images: the cards and the paths."""
    samples = save(root / "samples.npz", images, **more)
    if snapshots is not None:
        np.savez(root / "snapshots.npz", **snapshots)
    out = outputs(root)
    evaluate(
        "name", settings or where.settings, samples,
        None if snapshots is None else root / "snapshots.npz", where.data, where.reference, out,
    )  # fmt: skip
    best = out.cards / "best.json"
    return SimpleNamespace(
        final=MetricCard.load(out.cards / "final.json", "evaluate name"),
        best=MetricCard.load(best, "evaluate name") if best.exists() else None,
        out=out,
    )


def drawn(images, n=2000, seed=0):
    """Real images, drawn anew: what a perfect generator would show."""
    return images.images[np.random.default_rng(seed).integers(len(images), size=n)]


def figure(stem, value, std=None, against="test", n=5000, n_real=360, std_of=""):
    """One figure of a card."""
    return {
        "stem": stem, "value": value, "std": std, "std_of": std_of, "draws": [value],
        "n_fake": n, "n_real": n_real if against else None, "against": against,
    }  # fmt: skip


def card(fid, hit=10, *, kl=0.1, score=8.5, warning="", std=None, **changes):
    """A card as the evaluate stage writes it, of some classifier; changes: of its fields."""
    protocol = {
        "n_real": 360, "n_fake": 5000, "draws": 1, "split": "test", "seed": 0, "features": 64,
        "extractor": {"name": "classifier"}, "extractor_sha256": "a" * 64,
        "extractor_test_accuracy": 0.99, "real_sha256": "b" * 64,
        "intake": {"channels": 1, "size": 8, "resizer": "none", "low": -1.0, "high": 1.0},
        "metrics": {"fid": {}, "inception_score": {"splits": 10}, "classes": {}},
        **changes,
    }  # fmt: skip
    name, n, split = protocol["extractor"]["name"], protocol["n_fake"], protocol["split"]
    number = f"{n // 1000}k" if n % 1000 == 0 else n
    like = {"against": split, "n": n, "n_real": protocol["n_real"]}
    figures = {f"fid_{name}_{number}_{split}": figure("fid", fid, std, **like)}
    reading = {"fid_floor": 0.6, "fid_constant": 60.0}
    if name == "classifier":
        figures |= {
            f"inception_score_{name}_{number}": figure("inception_score", score, 0.1, "", n),
            f"classes_hit_{name}_{number}_{split}": figure("classes_hit", hit, **like),
            f"class_kl_{name}_{number}_{split}": figure("class_kl", kl, **like),
        }
        reading |= {"classes": 10.0}
    raw = {
        "version": 1, "name": "it", "checkpoint": "final", "made": {"sha256": "c" * 64},
        "figures": figures, "reading": reading, "class_histogram": {},
        "warnings": [warning] if warning else [], **protocol,
    }  # fmt: skip
    return MetricCard.model_validate_json(json.dumps(raw))
