"""A repository as DVC and git have it after a run, made of little files: nothing is trained."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from reprogan.results import STEPS, md5_of
from small import ROOT

FIGURE = "fid_classifier_200_test"
DATA = {"name": "digits", "size": 8}
SPLIT = {"data/normalized": "d" * 32 + ".dir"}


@dataclass
class Made:
    """A checkout at `root`, with its own git and DVC's cache."""

    root: Path
    stages: dict[str, Any] = field(default_factory=dict)

    def start(self) -> Made:
        """git, DVC, and the real params.yaml."""
        (self.root / ".dvc").mkdir(parents=True)
        (self.root / ".dvc/config").write_text("[core]\n    analytics = false\n")
        (self.root / ".gitignore").write_text(
            "/models/\n/samples/\n/mlflow.db\n/mlartifacts/\n.dvc/cache\n.dvc/tmp\n"
        )
        (self.root / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
        (self.root / "dvc.yaml").write_text("stages: {}\n")
        self.git("init", "-q", "-b", "main")
        self.stages["normalize"] = {
            "cmd": "x", "params": {"params.yaml": {"data": DATA}}, "outs": outs_of(SPLIT),
        }  # fmt: skip
        return self

    def git(self, *words: str, date: str = "2020-01-01T00:00:00Z") -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        when = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        return subprocess.run(
            ["git", *who, *words], cwd=self.root, env=os.environ | when, check=True,
            capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip

    def commit(self, day: int) -> str:
        """All that is here, on a day of January 2020; the commit."""
        self.git("add", "-A")
        self.git(
            "commit", "-q", "--allow-empty", "-m", f"day {day}", date=f"2020-01-{day:02d}T00:00:00Z"
        )
        return self.git("rev-parse", "HEAD")

    def result(
        self, name: str = "gan", fid: float = 5.0, draws: int = 2, cards: bool = True,
        **instead: bytes,
    ) -> None:  # fmt: skip
        """What the stages of a row write, in the workspace, in the cache and in dvc.lock.

        draws: a part of the protocol. cards: whether it is of a time that had them. instead: path
        -> what a stage has written there that is no such file.
        """
        weights = f"weights {name} {fid}".encode()
        config = {"variant": {"n_critic": 1, "networks": {"name": "mlp"}}, "train": {"batch": 64}}
        train = {
            f"models/{name}/weights.safetensors": weights,
            f"models/{name}/config.json": json.dumps(config).encode(),
            f"models/{name}/snapshots/64.safetensors": b"half-trained",
            f"metrics/history/{name}.csv": f"step,critic_gap,generator_adversarial\n10,{fid},1\n20,0.5,\n".encode(),
        }  # fmt: skip
        sample = {f"samples/{name}.npz": b"images", f"samples/{name}.png": b"\x89PNG " + weights}
        evaluate = {
            f"metrics/eval/{name}.json": json.dumps({FIGURE: fid, "split": "test"}).encode()
        }
        if cards:
            card = {"figures": {FIGURE: {"stem": "fid", "value": fid, "std": 0.1}}, "draws": draws,
                    "extractor": {"name": "classifier"}, "split": "test"}  # fmt: skip
            evaluate |= {f"metrics/cards/{name}/final.json": json.dumps(card).encode(),
                         f"metrics/curves/{name}.csv": b"images,fid\n512,9\n1280,7\n"}  # fmt: skip
        folders = [f"models/{name}", f"metrics/cards/{name}"]
        suffix = "" if name == "experiment" else f"_variant@{name}"
        row = {"loss": "non_saturating"}
        params = {
            "train": {f"variants.{name}": row} if suffix else row,
            "sample": {"sample": {"seed": 0}},
        }
        for step, files in zip(STEPS, (train, sample, evaluate), strict=True):
            for path, content in files.items():
                put(self.root / path, instead.get(path, content))
            outs = {f for f in folders if any(p.startswith(f"{f}/") for p in files)}
            outs |= {p for p in files if not any(p.startswith(f"{f}/") for f in folders)}
            self.stages[step + suffix] = {
                "cmd": "x", "deps": outs_of(SPLIT | {"src/run.py": "e" * 32}),
                "params": {"params.yaml": params.get(step, {})},
                "outs": outs_of({path: md5_of(self.root / path) for path in sorted(outs)}),
            }  # fmt: skip
            for path in outs:
                self.keep(path)
        put(
            self.root / f"provenance/train/{name}.json",
            b'{"cpu": "VAX", "packages": {"torch": "2"}}',
        )
        self.lock()

    def lock(self) -> None:
        (self.root / "dvc.lock").write_text(
            yaml.safe_dump({"schema": "2.0", "stages": self.stages})
        )

    def keep(self, path: str) -> None:
        """In DVC's cache, unless git has it."""
        if path.startswith("metrics/"):
            return
        place, cache = self.root / path, self.root / ".dvc/cache/files/md5"
        files = [p for p in place.rglob("*") if p.is_file()] if place.is_dir() else [place]
        for file in files:
            put(cache / split(md5_of(file)), file.read_bytes())
        if place.is_dir():
            entries = [
                {"md5": md5_of(p), "relpath": p.relative_to(place).as_posix()} for p in files
            ]
            text = json.dumps(sorted(entries, key=lambda it: it["relpath"]))
            put(cache / split(md5_of(place)), text.encode())

    def cached(self, path: str) -> Path:
        """Where DVC's cache has a file of the workspace."""
        return self.root / ".dvc/cache/files/md5" / split(md5_of(self.root / path))

    def study(self, name: str = "seeds") -> Path:
        """A study of one row and three seeds, the last of which diverged."""
        folder, stages = self.root / "studies" / name, {}
        put(folder / "params.yaml", b"base: ../../params.yaml\nseeds: [0, 1, 2]\n")
        for seed in range(3):
            label = f"gan-{seed}"
            card = {
                "figures": {
                    FIGURE: {"value": 1.0 + seed, "std": None},
                    "class_kl": {"value": None, "std": None},
                }
            }
            card = card if seed < 2 else {"failed": "diverged at step 9"}
            put(folder / f"metrics/cards/{label}.json", json.dumps(card).encode())
            put(
                folder / f"metrics/history/{label}.csv",
                f"step,critic_gap\n1,{seed}\n2,0\n".encode(),
            )
            outs = {p: md5_of(folder / p) for p in (f"metrics/history/{label}.csv",)}
            stages[f"trial@{label}"] = {"deps": outs_of(SPLIT | {"plan/rows/gan.json": plan_md5(folder)}),
                                        "outs": outs_of(outs | {f"models/{label}": "f" * 32})}  # fmt: skip
        put(folder / "reports/summary.csv", b"variant,fid_mean,fid_sd\ngan,1.5,0.7\nwild,,\n")
        put(folder / "reports/seeds.png", b"\x89PNG")
        for stage, out in (("judge", "metrics/cards"), ("summary", "reports")):
            stages[stage] = {"outs": outs_of({out: md5_of(folder / out)})}
        put(folder / "dvc.lock", yaml.safe_dump({"stages": stages}).encode())
        return folder


def plan_md5(folder: Path) -> str:
    from reprogan.config import load
    from reprogan.study.plan import Plan

    text = Plan.of(load(folder / "params.yaml"), "gan").text
    return hashlib.md5(text.encode()).hexdigest()


def outs_of(table: dict[str, str]) -> list[dict[str, str]]:
    return [{"path": path, "hash": "md5", "md5": md5} for path, md5 in table.items()]


def split(md5: str) -> str:
    return f"{md5[:2]}/{md5[2:]}"


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
