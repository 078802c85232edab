"""Copies of a small repository, to disturb."""

import shutil

import pytest


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
