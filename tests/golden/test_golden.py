"""The first steps of every variant, as committed text.

On the platform that a file names, values are compared to the last bit; elsewhere (another processor
picks other kernels, which sum in another order) to four digits. After a change that is meant to move
them: `python tests/golden/test_golden.py`, and say in the commit why they moved.
"""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
import torch

from reprogan.trainer import train
from small import ZOO, build, images, params

FOLDER = Path(__file__).parent
NAMES = [name for name in ZOO if name in params().rows or name.count("+") == 1]
STEPS = 6


def here() -> str:
    """What the bits of a sum depend on."""
    vendor = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
         if line.startswith("vendor_id")),
        "unknown",
    ) if Path("/proc/cpuinfo").exists() else platform.processor()  # fmt: skip
    return f"torch {torch.__version__.split('+')[0]} {vendor} {torch.backends.cpu.get_cpu_capability()}"


def course(name: str) -> list[tuple[str, float]]:
    """Every loss of the first steps, by step and name."""
    game = build(ZOO[name])
    return [
        (f"{step} {turn.player.name}/{term}", value.item())
        for step, turns in train(game, images(n=96, batch=16).at, steps=STEPS, seed=0)
        for turn in turns
        for term, value in turn.losses.items()
    ]


def path_of(name: str) -> Path:
    return FOLDER / f"{name.replace('+', 'with_')}.txt"


@pytest.mark.parametrize("name", NAMES)
def test_the_first_steps_are_as_committed(name):
    platform_then, *lines = path_of(name).read_text("utf-8").splitlines()
    then = [(key, float.fromhex(value)) for key, value in (line.rsplit(" ", 1) for line in lines)]
    now = course(name)
    assert [key for key, _ in now] == [key for key, _ in then]
    for (key, value), (_, before) in zip(now, then, strict=True):
        if platform_then == here():
            assert value == before, f"{key}: {value.hex()} was {before.hex()}"
        else:
            assert value == pytest.approx(before, rel=1e-4, abs=1e-5), key


def test_every_file_is_some_variant_s():
    assert {path.name for path in FOLDER.glob("*.txt")} == {path_of(name).name for name in NAMES}


def write() -> None:
    """Commit to what the code does now."""
    from reprogan.device import prepare

    prepare("cpu", threads=1)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    for name in NAMES:
        lines = [f"{key} {value.hex()}" for key, value in course(name)]
        path_of(name).write_text("\n".join([here(), *lines, ""]), "utf-8")


if __name__ == "__main__":
    write()
