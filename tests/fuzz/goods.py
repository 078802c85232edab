"""A good file of each kind that the project reads, small, and as its own code writes it."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import yaml
from PIL import Image
from torch import nn

from reprogan.checkpoint import pack
from reprogan.data.settings import Data
from reprogan.data.sources import SOURCES
from reprogan.metrics.settings import Evaluate
from reprogan.npz import to_npz
from reprogan.score.kept import HASHES, IMAGES, hashes, sets_in
from reprogan.settings import Sample
from reprogan.speed import Speed
from reprogan.stages.evaluate import Outputs, evaluate
from reprogan.stages.reference import reference
from reprogan.stages.sample import sample
from reprogan.study.plan import Plan
from small import ROOT, ZOO, params
from trained import save_data, save_model

ENCODED = {
    "bmp": "BMP", "gif": "GIF", "jpg": "JPEG", "png": "PNG", "ppm": "PPM", "tif": "TIFF", "webp": "WEBP",
}  # fmt: skip
"""Every format of images that is decoded, by a suffix."""

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes, "tar.gz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress,
}  # fmt: skip
"""Every kind of tar that is read, by a suffix, and what makes it of a plain one."""

JUDGED = Evaluate.model_validate({
    "extractor": {"name": "classifier", "width": 4, "features": 8, "images": 640},
    "metrics": {"fid": {}, "classes": {}},
})  # fmt: skip


class Small(nn.Module):
    """A network of one's own: the mean of each channel."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3)) * 2 + 1


def make_goods(root: Path) -> Path:
    """All of them, each group in a folder of its own below `root`."""
    make_results(root / "results")
    make_kept(root / "kept", root / "results/data")
    make_raw(root / "raw")
    make_pictures(root / "pictures")
    make_programs(root / "programs")
    make_texts(root / "texts")
    make_tracked(root / "tracked")
    return root


def make_results(here: Path) -> None:
    """What every stage from `normalize` on leaves, and a checkpoint."""
    data = save_data(here / "data")
    save_model(here / "model", ZOO["ns_gan"], data)
    sample("model", Sample(images=20, draws=2, grid=2), here / "model", here / "samples.npz",
           here / "snapshots.npz", here / "grid.png", "cpu")  # fmt: skip
    images = np.zeros((4, 1, 8, 8), np.uint8)
    (here / "snapshots.npz").write_bytes(to_npz(published_64=images, raw_64=images))
    reference(JUDGED.extractor, data, here / "reference", here / "reference.json")
    out = Outputs(figures=here / "eval.json", cards=here / "cards", curve=here / "curve.csv")
    evaluate("model", JUDGED, here / "samples.npz", None, data, here / "reference", out)
    (here / "outcomes").mkdir()
    shutil.copy(here / "cards/final.json", here / "outcomes/model-0.json")
    state = {"step": 3, "weights": {"a": torch.zeros(2, 3)}, "lines": ["1,2"], "pair": (1, None)}
    (here / "checkpoint.safetensors").write_bytes(pack(state))
    for file in ("model/weights.safetensors", "samples.npz", "grid.png", "cards/final.json",
                 "history.csv"):  # fmt: skip
        shutil.copy(here / file, (here / file).with_name(f"good-{Path(file).name}"))


def make_kept(here: Path, data: Path) -> None:
    """What `score` keeps of published data."""
    shutil.copytree(data, here / IMAGES)
    (here / HASHES).write_text(json.dumps(hashes(sets_in(here))))


def make_raw(here: Path) -> None:
    """What `download` leaves for each kind of source."""
    here.mkdir()
    random = np.random.default_rng(0)
    records = random.integers(0, 10, (4, 3073), dtype=np.uint8)
    names = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]
    tar = tarred({f"cifar-10-batches-bin/{name}": records.tobytes() for name in names})
    (here / "cifar-10-binary.tar.gz").write_bytes(gzip.compress(tar, mtime=0))
    images = random.integers(0, 256, (20, 28, 28), dtype=np.uint8)
    labels = (np.arange(20) % 10).astype(np.uint8)
    for part in ("train", "t10k"):
        (here / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (here / f"{part}-labels-idx1-ubyte").write_bytes(idx(labels))
    SOURCES["digits"].fetch(Data(name="digits"), here)
    points = random.integers(0, 256, (40, 2, 1, 1), dtype=np.uint8)
    (here / "points.npz").write_bytes(to_npz(images=points, labels=np.arange(40) % 8))
    tree = {f"{kind}/{i}.png": encoded("PNG", i) for kind in "ab" for i in range(3)}
    (here / "images.zip").write_bytes(zipped(tree))
    (here / "known.gz").write_bytes(gzip.compress(b"known " * 50, mtime=0))


def idx(array: np.ndarray) -> bytes:
    """Unsigned bytes as MNIST has them."""
    sizes = b"".join(size.to_bytes(4) for size in array.shape)
    return b"\0\0\x08" + bytes([array.ndim]) + sizes + array.tobytes()


def encoded(kind: str, seed: int = 0) -> bytes:
    """A picture of 8 x 8."""
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def zipped(tree: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tree.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(tree: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in tree.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def make_pictures(here: Path) -> None:
    """What a user brings: pictures of each format, archives of each kind, arrays."""
    here.mkdir()
    for suffix, kind in ENCODED.items():
        (here / f"one.{suffix}").write_bytes(encoded(kind))
    tree = {f"{i}.png": encoded("PNG", i) for i in range(4)}
    (here / "some.zip").write_bytes(zipped(tree))
    for suffix, compress in PACKED.items():
        (here / f"some.{suffix}").write_bytes(compress(tarred(tree)))
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)
    (here / "arrays.npz").write_bytes(
        to_npz(images=images, labels=np.arange(6), draws=2, made="{}")
    )
    array = io.BytesIO()
    np.save(array, images)
    (here / "array.npy").write_bytes(array.getvalue())


def make_programs(here: Path) -> None:
    """Networks of one's own in both kinds of file, and weights as Inception's are."""
    here.mkdir()
    torch.jit.script(Small()).save(str(here / "script.pt"))
    batch = ({0: torch.export.Dim.AUTO},)
    exported = torch.export.export(Small(), (torch.rand(4, 3, 8, 8),), dynamic_shapes=batch)
    torch.export.save(exported, here / "export.pt2")
    torch.save({"a.weight": torch.zeros(3, 4), "b.bias": torch.ones(2)}, here / "state.pth")


def make_tracked(here: Path) -> None:
    """What MLflow's run of a result is made of."""
    card = {"stem": "fid", "value": 5.0, "std": 0.1}
    texts = {
        "models/gan/config.json": json.dumps({"variant": {"n_critic": 1}, "train": {"batch": 64}}),
        "models/gan/weights.safetensors": "weights",
        "metrics/eval/gan.json": json.dumps({"fid_classifier_200_test": 5.0, "split": "test"}),
        "metrics/cards/gan/final.json": json.dumps({"figures": {"fid_x": card}, "draws": 2}),
        "metrics/history/gan.csv": "step,images,critic_gap\n10,640,0.5\n20,1280,\n",
        "metrics/curves/gan.csv": "images,fid\n512,9\n1280,7\n",
        "provenance/train/gan.json": json.dumps({"packages": {"torch": "2"}, "cpu": "x"}),
        "reports/summary.csv": "variant,fid_mean,fid_sd\ngan,1.5,0.7\nwild,,\n",
    }
    for path, text in texts.items():
        (here / path).parent.mkdir(parents=True, exist_ok=True)
        (here / path).write_text(text)
    Speed(64, ["10,500", "20,600"]).save(here, here / "models/gan/weights.safetensors")


def make_texts(here: Path) -> None:
    """Configuration, locks and what is kept between commands."""
    here.mkdir()
    shutil.copy(ROOT / "params.yaml", here / "params.yaml")
    shutil.copy(ROOT / "presets" / "mnist.yaml", here / "preset.yaml")
    shutil.copytree(ROOT / "presets", here / "presets")
    (here / "study.yaml").write_text("base: params.yaml\nseeds: [0, 1]\ntrain: {images: 1280}\n")
    (here / "extractor.yaml").write_text("name: classifier\nwidth: 4\nimages: 640\n")
    (here / "plan.json").write_text(Plan.of(params(), "gan").text)
    (here / "order.json").write_text(json.dumps(["download", "normalize"]))
    (here / "provenance.json").write_text(
        json.dumps({"packages": {"torch": "2"}, "cpu": "x", "threads": 1})
    )
    (here / "requirements.lock").write_text(
        "numpy==2.0 ; python_version >= '3.11' \\\n    --hash=sha256:ab\ntorch==2.13\n"
    )
    (here / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {
        step: {
            "cmd": f"python src/run.py {step}",
            "deps": [{"path": "src/run.py", "hash": "md5", "md5": "a" * 32, "size": 1}],
            "params": {"params.yaml": {"loss": "wgan", "train": {"images": 1}}},
            "outs": [{"path": f"models/{step}", "hash": "md5", "md5": "b" * 32, "size": 1}],
        }
        for step in ("train", "sample", "evaluate")
    }}, sort_keys=False))  # fmt: skip
