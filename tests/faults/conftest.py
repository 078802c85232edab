"""A small repository that nothing disturbed, and how many faults the suite has injected."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "pipeline"))

from undisturbed import make


def pytest_report_header():
    from campaign import KILLS, SEED

    return f"faults: seed {SEED} (REPROGAN_FAULTS_SEED), {KILLS} a stage (REPROGAN_FAULTS)"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """Its results after `dvc repro`."""
    return make(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture
def mine(undisturbed, tmp_path):
    """A copy of the repository to disturb."""
    return undisturbed.repository.copy(tmp_path / "repository")


@pytest.fixture
def place(undisturbed, tmp_path):
    """What stages read and write, without code, git and DVC's cache: for stages of their own."""
    folder = tmp_path / "place"
    for name in ("params.yaml", "dvc.lock", "data", "images", "models", "samples", "metrics",
                 "reports", "mlflow.db"):  # fmt: skip
        source = undisturbed.repository.root / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            folder.mkdir(exist_ok=True)
            shutil.copy2(source, folder / name)
    (folder / ".dvc").mkdir()
    return folder
