import numpy as np
import pytest
from scipy.spatial.distance import cdist

from reprogan.metrics import distances, neighbors
from reprogan.metrics.neighbors import kth_nearest
from reprogan.metrics.points import Points


def rng():
    return np.random.default_rng(0)


def refuse_search(*_):
    raise AssertionError("a row was searched by exact distances alone")


def sorted_distances(a, b):
    return np.sort(np.square(a[:, None].astype(np.float64) - b[None]).sum(axis=2), axis=1)


@pytest.mark.parametrize("k", [1, 2, 6])
@pytest.mark.parametrize("dims", [1, 3, 600])
def test_they_are_those_of_every_exact_distance(monkeypatch, k, dims):
    monkeypatch.setattr(distances.blocks, "__defaults__", (64,))
    x, y = rng().standard_normal((2, 200, dims))
    for points in (x, y):
        found, place = kth_nearest(y, Points.distinct(points), k)
        assert np.array_equal(found, sorted_distances(y, points)[:, k - 1])
        rows = Points.distinct(points).rows[place]
        assert np.array_equal(found, np.square(y - rows).sum(axis=1))


def test_copies_count_as_often_as_they_are_there():
    x = np.repeat(rng().standard_normal((40, 8)), rng().integers(1, 9, 40), axis=0)
    points = Points.distinct(x)
    assert len(points.rows) == 40 and points.counts.sum() == len(x) == len(points)
    assert np.array_equal(points.rows[points.of], x)
    for k in (1, 2, 5, 20, len(x)):
        found, _ = kth_nearest(points.rows, points, k)
        assert np.array_equal(found[points.of], sorted_distances(x, x)[:, k - 1])


def test_a_row_among_the_points_is_its_own_first_neighbor():
    points = Points.distinct(rng().standard_normal((50, 4)))
    found, place = kth_nearest(points.rows, points, 1)
    assert not found.any() and np.array_equal(place, np.arange(50))


def test_tight_clusters_need_finer_products_and_no_search(monkeypatch):
    """float32 products cannot tell these neighbors apart; float64 ones can."""
    x = np.repeat(rng().standard_normal((5, 16)), 30, axis=0) + 1e-5 * rng().standard_normal(
        (150, 16)
    )
    known = sorted_distances(x, x)[:, 3]
    monkeypatch.setattr(neighbors, "searched", refuse_search)
    points = Points.distinct(x)
    assert np.array_equal(kth_nearest(points.rows, points, 4)[0][points.of], known)


def test_more_ties_than_are_kept_are_searched():
    """A lattice: four neighbors at distance 1 each, four at the root of 2, and so on."""
    x = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), axis=-1).reshape(-1, 2)
    points = Points.distinct(x)
    for k in (2, 5, 6, 9, 10, 30):
        assert np.array_equal(
            kth_nearest(points.rows, points, k)[0][points.of], sorted_distances(x, x)[:, k - 1]
        )


def test_a_cluster_far_below_float64_products_is_searched():
    x = np.concatenate([np.zeros((1, 3)), 1 + 1e-12 * rng().standard_normal((40, 3))])
    points = Points.distinct(x)
    found = kth_nearest(points.rows, points, 2)[0][points.of]
    assert np.array_equal(found, sorted_distances(x, x)[:, 1])


def test_against_scipy_on_many_blocks():
    x = rng().standard_normal((2500, 20)).astype(np.float32)
    found, _ = kth_nearest(x, Points.distinct(x), 6)
    known = np.sort(cdist(x.astype(np.float64), x.astype(np.float64), "sqeuclidean"), axis=1)[:, 5]
    assert found == pytest.approx(known, rel=1e-13)


@pytest.mark.parametrize("k", [0, 51])
def test_fewer_points_than_neighbors_are_refused(k):
    with pytest.raises(ValueError, match="needs as many images; got 50"):
        kth_nearest(np.zeros((3, 2)), Points.distinct(np.zeros((50, 2))), k)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.full((3, 2), np.nan), "finite"),
        (np.full((3, 2), np.inf), "finite"),
        (np.zeros(3), "features must be"),
        (np.zeros((0, 3)), "features must be"),
        (np.zeros((3, 0)), "features must be"),
    ],
)
def test_what_are_no_points_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        Points.distinct(bad)
