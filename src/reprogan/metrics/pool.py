"""Forward passes in several processes, each chunk whole in one of them."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import torch
from torch import nn

from .features import Images, Pass, passed

NETWORKS: list[nn.Module] = []
"""In a process of the pool: the one network that it has."""


def pooled(network: nn.Module, parts: list[Images], jobs: int) -> Iterator[Pass]:
    """The pass of each chunk, in order, from `jobs` new processes of one thread each."""
    # As bytes, by way of a pipe: torch would put the tensors into shared memory, which is scarce
    # in containers.
    given = (pickle.dumps(network),)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=receive, initargs=given) as pool:
        yield from pool.map(run, parts)


def receive(content: bytes) -> None:
    """Begin a process with a network."""
    torch.set_num_threads(1)
    NETWORKS.append(pickle.loads(content))  # noqa: S301  what `pooled` wrote


def run(chunk: Images) -> Pass:
    """The pass of one chunk."""
    return passed(NETWORKS[0], chunk)
