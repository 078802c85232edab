"""Digits and their references, made once a session."""

import pytest
from real_digits import load_digits, make_reference


@pytest.fixture(scope="session")
def digits():
    return load_digits()


@pytest.fixture(scope="session")
def made(digits, tmp_path_factory):
    """The reference of params.yaml's defaults: what figures on digits are read with."""
    return make_reference(
        tmp_path_factory.mktemp("made"), *digits, extractor={"name": "classifier"}
    )


@pytest.fixture(scope="session")
def quick(digits, tmp_path_factory):
    """A reference whose classifier has seen few images: for what does not depend on its quality."""
    small = {"name": "classifier", "width": 8, "features": 16, "images": 4000}
    return make_reference(tmp_path_factory.mktemp("quick"), *digits, extractor=small)
