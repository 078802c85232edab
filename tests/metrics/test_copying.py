import numpy as np
import pytest

from reprogan.metrics.copying import closest, nearer, nearer_of_held_out


def rng(seed=0):
    return np.random.default_rng(seed)


def fresh(count, seed, dims=6):
    return rng(seed).standard_normal((count, dims))


def test_by_hand():
    """Training images 0, 3, 10: from their nearest others they are 3, 3 and 7 away."""
    train = np.array([[0.0], [3], [10]])
    found = closest(np.array([[1.0], [3], [-3], [-4], [20]]), train)
    assert found.place.tolist() == [0, 1, 0, 0, 2]
    assert found.distance.tolist() == [1, 0, 9, 16, 100]
    assert found.spacing.tolist() == [9, 9, 9, 9, 49]
    assert found.authentic.tolist() == [0, 0, 0, 1, 1]  # equally far is not authentic
    assert found.ratio == pytest.approx([1 / 3, 0, 1, 4 / 3, 10 / 7])


def test_training_images_are_not_authentic_even_where_they_are_there_twice():
    train = fresh(300, 0)
    twice = np.concatenate([train, train[:50]])
    found = closest(twice, twice)
    assert not found.authentic.any() and not found.ratio.any()
    assert np.array_equal(twice[found.place], twice)
    assert found.spacing[:50].tolist() == [0] * 50


def test_float32_copies_far_from_0_are_at_0():
    train = (fresh(400, 0, 512) + 300).astype(np.float32)
    found = closest(train[::-1], train)
    assert not found.distance.any() and np.array_equal(found.place, np.arange(400)[::-1])


def test_fresh_images_are_authentic_by_half_and_noise_wholly():
    """A fresh image and the nearest training image's own nearest other are exchangeable nearly."""
    train = fresh(2000, 0)
    assert closest(fresh(2000, 1), train).authentic.mean() == pytest.approx(0.5, abs=0.05)
    assert closest(10 * fresh(500, 2), train).authentic.mean() == 1


def test_a_sample_near_an_image_that_is_there_twice_has_an_infinite_ratio():
    found = closest(np.array([[0.1]]), np.array([[0.0], [0], [5]]))
    assert found.authentic == 1 and np.isinf(found.ratio)


def test_memory_brings_samples_nearer_to_training_images():
    train, held_out = fresh(1000, 0), fresh(1000, 1)
    near = train[:500] + 0.05 * fresh(500, 2)
    assert nearer(train, train, held_out).mean() == 1
    assert nearer(held_out, train, held_out).mean() == 0
    assert nearer(near, train, held_out).mean() > 0.95
    share = nearer(fresh(1000, 3), train, held_out).mean()
    assert share == pytest.approx(0.5, abs=4 * 0.5 / 1000**0.5)


def test_equally_near_is_a_half():
    assert nearer(np.array([[0.0]]), np.array([[1.0]]), np.array([[-1.0]])).tolist() == [0.5]
    same = fresh(50, 0)
    assert set(nearer(fresh(30, 1), same, rng().permutation(same))) == {0.5}


def test_one_image_again_and_again_is_decided_as_once():
    train, held_out = fresh(100, 0), fresh(100, 1)
    assert len(set(nearer(np.repeat(train[:1] + 0.1, 40, 0), train, held_out))) == 1


def test_held_out_images_are_left_out_of_their_own_set():
    train, held_out = fresh(999, 0), fresh(1000, 1)
    found = nearer_of_held_out(train, held_out)
    one = nearer(held_out[7:8], train, np.delete(held_out, 7, axis=0))
    assert found[7] == one[0]
    assert found.mean() == pytest.approx(0.5, abs=4 * 0.5 / 1000**0.5)


def test_sets_of_unlike_size_are_refused_because_the_larger_is_nearer():
    with pytest.raises(ValueError, match="got 60 and 50"):
        nearer(fresh(9, 0), fresh(60, 1), fresh(50, 2))
    with pytest.raises(ValueError, match="got 51 and 50"):
        nearer_of_held_out(fresh(50, 1), fresh(50, 2))


@pytest.mark.parametrize(
    ("samples", "train", "message"),
    [
        (np.zeros((3, 2)), np.zeros((1, 2)), "got 1"),
        (np.full((3, 2), np.nan), np.zeros((9, 2)), "finite"),
        (np.zeros((3, 2)), np.full((9, 2), np.nan), "finite"),
    ],
)
def test_what_has_no_nearest_is_refused(samples, train, message):
    with pytest.raises(ValueError, match=message):
        closest(samples, train)
