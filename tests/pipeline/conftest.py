"""A small repository after `dvc repro`, made once for all tests of one worker."""

import pytest
from repository import EVERYTHING, fresh


@pytest.fixture(scope="session")
def done(tmp_path_factory):
    """A repository after `dvc repro`, committed."""
    repository = fresh(tmp_path_factory.mktemp("done"))
    ran = repository.ran("repro")
    assert sorted(ran) == sorted(EVERYTHING)
    repository.commit("results")
    return repository


@pytest.fixture
def mine(done, tmp_path):
    """A copy to change."""
    return done.copy(tmp_path / "repository")
