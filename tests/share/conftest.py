"""A repository with results, a bucket, and another place to have them in."""

import pytest
from bucket import FILES, KEYS, Bucket, served
from repository import Repository


@pytest.fixture(scope="module")
def address():
    with served() as address:
        yield address


@pytest.fixture
def bucket(address, monkeypatch, tmp_path):
    """An empty one; DVC finds its keys in the environment."""
    (tmp_path / "empty").touch()
    for name in FILES:
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    made = Bucket(address)
    made.make()
    yield made
    for key in made.names():
        made.remove(key)
    made.client.delete_bucket(Bucket=made.name)


@pytest.fixture
def mine(undisturbed, tmp_path):
    """A copy of the repository, whose results nobody else has."""
    return undisturbed.repository.copy(tmp_path / "mine")


@pytest.fixture
def clone(tmp_path):
    """Call it with a repository for what somebody else has after `git clone`."""

    def cloned(repository: Repository) -> Repository:
        place = tmp_path / "theirs"
        repository.run("git", "clone", "--quiet", str(repository.root), str(place))
        return Repository(place)

    return cloned
