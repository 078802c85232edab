import numpy as np
import pytest
from scipy.spatial.distance import cdist

from reprogan.metrics.distances import Distances, blocks


def rng():
    return np.random.default_rng(0)


def everywhere(a, b):
    return Distances(a, b).products(slice(0, len(a)), slice(0, len(b)))


def pairs(a, b):
    i, j = np.indices((len(a), len(b))).reshape(2, -1)
    return i, j


SETS = {
    "normal": lambda r: r.standard_normal((60, 700)),
    "float32": lambda r: r.standard_normal((60, 700)).astype(np.float32),
    "far from 0": lambda r: r.standard_normal((60, 300)) + 1e4,
    "tiny": lambda r: r.standard_normal((60, 30)) * 1e-30,
    "huge": lambda r: r.standard_normal((60, 30)) * 1e30,
    "two clusters": lambda r: np.repeat([[0.0], [1.0]], 30, 0) + 1e-7 * r.standard_normal((60, 40)),
    "one point": lambda r: np.tile(r.standard_normal(20), (60, 1)),
    "one dimension": lambda r: r.standard_normal((60, 1)),
}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_products_are_within_the_stated_error_of_exact_distances(name, kind):
    x = SETS[name](rng())
    distances = Distances(x[:40], x[20:], kind)
    found = distances.products(slice(0, 40), slice(0, 40)).astype(np.float64)
    exact = distances.exact(*pairs(x[:40], x[20:])).reshape(40, 40) / distances.scale
    off = np.abs(found - exact).max()
    assert off <= distances.error
    assert distances.error < (1e-3 if kind is np.float32 else 1e-11)


@pytest.mark.parametrize("name", SETS)
def test_exact_distances_are_those_of_scipy(name):
    x = SETS[name](rng()).astype(np.float64)
    found = Distances(x, x).exact(*pairs(x, x))
    assert found == pytest.approx(cdist(x, x, "sqeuclidean").ravel(), rel=1e-13, abs=0)


def test_copies_are_at_0_and_ties_are_ties_in_any_company():
    """float32 products bring copies up to .017 apart where neighbors are 2.0 apart."""
    x = (100 + rng().standard_normal((500, 2048))).astype(np.float32)
    twice = np.concatenate([x, x])
    distances = Distances(x, twice)
    every = np.arange(500)
    assert not distances.exact(every, every + 500).any()
    left, right = distances.exact(every, every - 1), distances.exact(every, (every - 1) % 500 + 500)
    assert np.array_equal(left, right)
    alone = [distances.exact(every[i : i + 1], every[i : i + 1] - 1)[0] for i in range(500)]
    assert np.array_equal(left, alone)
    assert np.array_equal(left, Distances(twice, x).exact(every - 1, every))


@pytest.mark.parametrize("name", SETS)
def test_comparisons_are_those_of_exact_distances_even_at_equality(name):
    x = SETS[name](rng())
    a, b = x[:40], x[10:]
    distances = Distances(a, b)
    exact = distances.exact(*pairs(a, b)).reshape(40, 50)
    for limits in (exact[:, 7:8], exact[3:4], exact, np.full((40, 1), 0.0), exact[:, :1] * 1e9):
        whole = slice(0, 40), slice(0, 50)
        i, j = distances.nearer(distances.products(*whole), limits, *whole)
        known = exact < np.broadcast_to(limits, exact.shape)
        assert np.array_equal(np.argwhere(known), np.column_stack([i, j]))


def test_blocks_keep_their_places():
    x = rng().standard_normal((30, 5))
    distances = Distances(x, x)
    i, j = slice(10, 20), slice(25, 30)
    found = distances.nearer(distances.products(i, j), np.full((10, 1), 5.0), i, j)
    known = np.argwhere(cdist(x, x, "sqeuclidean")[i, j] < 5) + [10, 25]
    assert np.array_equal(known, np.column_stack(found))


def test_blocks_are_all_rows_once():
    assert [list(range(10))[part] for part in blocks(10, 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(blocks(0)) == []
