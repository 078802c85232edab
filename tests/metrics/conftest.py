"""Digits and their references, made once a session."""

import pytest
from real_digits import load_digits, make_reference

from reprogan.data.split import Splits


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


@pytest.fixture(scope="session")
def selecting(digits, tmp_path_factory):
    """The same with a validation split, held out as the normalize stage does it."""
    whole = Splits(train=digits[0], test=digits[1]).with_validation(0.2, 0)
    small = {"name": "classifier", "width": 8, "features": 16, "images": 4000}
    place = tmp_path_factory.mktemp("selecting")
    return make_reference(place, whole.train, whole.test, whole.validation, extractor=small)
