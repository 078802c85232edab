"""An npz has the same bytes whatever Python writes it."""

import hashlib
import io

import numpy as np
import pytest

from reprogan.npz import arrays_in, to_npz

DIGEST = "a526a537a9daa584327760a300cd9a7c4734df6b088d6784dfc0cc4f3e39ee23"
"""SHA-256 of the npz in `test_its_bytes_are_those_of_any_python`."""


def test_it_is_what_numpy_reads():
    arrays = {
        "images": np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
        "n": np.float64(0.1),
        "names": ["a", "b"],
    }
    read = np.load(io.BytesIO(to_npz(**arrays)), allow_pickle=False)
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == np.asarray(array).dtype and np.array_equal(read[name], array)


def test_its_bytes_are_those_of_any_python():
    """Of 3.11.2 and of 3.11.7, between which np.savez differs in the headers of its entries."""
    content = to_npz(a=np.arange(3, dtype=np.int64), b=np.zeros(0, np.uint8))
    assert hashlib.sha256(content).hexdigest() == DIGEST


def test_objects_are_refused():
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        to_npz(a=np.array([{}], object))


def test_numbers_that_are_no_characters_are_refused(tmp_path):
    """Python cannot hold them; numpy would raise a SystemError where they are used."""
    path = tmp_path / "x.npz"
    names = np.array(["cat", "dog"])
    numbers = names.view("u4")
    numbers[3] = 0x7F000064
    path.write_bytes(to_npz(names=names))
    with pytest.raises(ValueError, match="0x7f000064 in the place of a character"):
        arrays_in(path)
