"""Malformed input gives a clear error, for every reader of what comes from outside or from a stage.

REPROGAN_FUZZ=20 makes a campaign of it, with 20 times as many examples, drawn anew in each run.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from goods import make_goods
from hypothesis import HealthCheck, given, settings
from mutations import MUTATORS, malformed
from readers import READERS, Reader
from watched import watched

from reprogan.cli import FAULTS

TIMES = int(os.environ.get("REPROGAN_FUZZ", "1"))
"""How many times the examples of a run in the suite, which are always the same ones."""

LONGEST = 4000
"""Characters of a message: it quotes what is wrong, and not the whole file."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600 * TIMES),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="session")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good file of each kind."""
    return make_goods(tmp_path_factory.mktemp("goods") / "goods")


@pytest.fixture
def place(goods: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    return Path(shutil.copytree(goods, tmp_path / "goods"))


@pytest.mark.parametrize("name", READERS)
def test_the_good_file_is_read(name: str, place: Path) -> None:
    with watched(place):
        READERS[name].read(place / READERS[name].file)


@pytest.mark.parametrize("name", READERS)
def test_malformed_files_are_refused_clearly(
    name: str, goods: Path, place: Path, record_property: Callable[[str, object], None]
) -> None:
    reader = READERS[name]
    path = place / reader.file
    good = (goods / reader.file).read_bytes()
    faults: list[str] = []
    tried = itertools.count()

    @settings(
        max_examples=reader.examples * TIMES, derandomize=TIMES == 1, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(malformed(reader.kind, good, list(reader.more)))
    def attempt(content: bytes) -> None:
        next(tried)
        path.write_bytes(content)
        fault = fault_of(reader, path, place)
        faults.extend([fault] if fault else [])

    attempt()
    assert faults, "no example was malformed enough to be refused"
    record_property("files made at random", next(tried))
    record_property("of them refused", len(faults))


def fault_of(reader: Reader, path: Path, place: Path) -> str:
    """What is said of a file; empty where it can be read. Whatever is no fault of the file is raised."""
    try:
        with watched(place):
            reader.read(path)
    except FAULTS as fault:
        text = str(fault)
        text.encode()
        assert 0 < len(text.strip()) <= LONGEST, text[:LONGEST]
        assert path.name in text or path.parent.name in text or not reader.names, text
        return text
    return ""


def test_every_kind_of_file_has_readers() -> None:
    assert {reader.kind for reader in READERS.values()} == set(MUTATORS)
