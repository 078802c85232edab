"""Where the shared real data are, a loopback mirror, and a root of its own for each test."""

from pathlib import Path

import pytest
from loopback import Mirror

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    mirror = Mirror()
    yield mirror
    if mirror.gate:
        mirror.gate.set()
    mirror.server.shutdown()
    mirror.server.server_close()


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    """DVC's root, where downloads are kept."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "root"))
    return tmp_path / "root"


@pytest.fixture(scope="session")
def mnist():
    if not (SHARED / "mnist").is_dir():
        pytest.skip(f"MNIST's files are not at {SHARED / 'mnist'}")
    return SHARED / "mnist"


@pytest.fixture(scope="session")
def cifar_jpegs():
    path = SHARED / "cifar10-jpeg.tar.xz"
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    return path
