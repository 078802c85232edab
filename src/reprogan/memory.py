"""A GPU without room for a batch: which batch it was, and which would fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}

ASKED = re.compile(r"Tried to allocate ([\d.]+) (bytes|KiB|MiB|GiB)")
"""What torch says of the request that failed; it has no field for it."""


class OutOfMemoryError(ValueError):
    """A batch does not fit onto the device; says which would."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one device, in bytes.

    fixed: what is held whatever the batch. peak: the most that was held at once, with it. asked:
    what was wanted beyond that. room: what this process could hold, beside other processes.
    """

    fixed: int
    peak: int
    asked: int
    room: int

    def fitting(self, batch: int) -> int:
        """The largest power of 2 below `batch` for which there is room; 0 for none.

        What a batch takes beyond `fixed` is taken as proportional to its images, and as no more
        than what it had come to when it failed: so a power of 2, which errs to the safe side.
        """
        each = max(self.peak + self.asked - self.fixed, 1) / batch
        most = min(int((self.room - self.fixed) / each), batch - 1)
        return 1 << (most.bit_length() - 1) if most > 0 else 0


def held(device: torch.device) -> int:
    """Bytes of tensors on the device now."""
    return torch.cuda.memory_allocated(device) if device.type == "cuda" else 0


def forget_peak(device: torch.device) -> None:
    """From now on the most that is held counts anew: what came before needs no room any more."""
    if device.type == "cuda" and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.reset_peak_memory_stats(device)


def memory_of(device: torch.device, fixed: int, error: BaseException) -> Memory:
    """What a GPU says of itself after an error."""
    free, _ = torch.cuda.mem_get_info(device)
    asked = ASKED.search(str(error))
    return Memory(
        fixed=fixed,
        peak=torch.cuda.max_memory_allocated(device),
        asked=int(float(asked[1]) * UNITS[asked[2]]) if asked else 0,
        room=free + torch.cuda.memory_reserved(device),
    )


@contextmanager
def naming_batch(doing: str, batch: int, device: torch.device, advice: str) -> Iterator[None]:
    """Turn a GPU's want of memory into an OutOfMemoryError with the batch and what would fit.

    doing: what took the memory, after its name. advice: what to do, `{fits}` being the batch.
    """
    forget_peak(device)
    fixed = held(device)
    try:
        yield
    except torch.OutOfMemoryError as error:
        found = memory_of(device, fixed, error)
        fits = found.fitting(batch)
        raise OutOfMemoryError(
            f"{doing}: {batch} images at a time do not fit onto {device}: they want more than"
            f" {gigabytes(found.peak + found.asked)}, and there is room for"
            f" {gigabytes(found.room)}. {advice.format(fits=fits) if fits else SMALLER}"
        ) from error


SMALLER = (
    "Not even one image would fit: take a GPU that nothing else uses, a larger one, or --device cpu"
)


def gigabytes(size: int) -> str:
    """A number of bytes for people, in units of 2^30, as torch has them."""
    return f"{size / 2**30:.2f} GiB"
