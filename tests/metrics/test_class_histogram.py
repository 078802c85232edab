import math

import numpy as np
import pytest

from reprogan.metrics.class_histogram import class_counts, class_kl, classes_hit


def counts(*values):
    return np.array(values, np.int64)


def test_counts_are_of_the_largest_logit_and_the_lower_class_wins_a_tie():
    found = class_counts(np.array([[0.0, 2, 1], [3, 3, 0], [0, 0, 9], [5, 0, 0]]))
    assert found.tolist() == [2, 1, 1]


def test_equal_shares_have_no_divergence_whatever_the_counts():
    assert class_kl(counts(10, 20, 30), counts(100, 200, 300)) == pytest.approx(0, abs=1e-15)


def test_collapse_of_ten_even_classes_to_one():
    one = counts(500, *[0] * 9)
    real = counts(*[36] * 10)
    assert class_kl(one, real) == pytest.approx(math.log(10), rel=1e-14)
    assert classes_hit(one, real) == 1


def test_by_hand():
    assert class_kl(counts(1, 3), counts(1, 1)) == pytest.approx(
        0.25 * math.log(0.5) + 0.75 * math.log(1.5), rel=1e-14
    )


def test_it_is_the_samples_from_the_real_images_and_not_the_reverse():
    assert class_kl(counts(1, 0), counts(1, 1)) == pytest.approx(math.log(2))
    assert class_kl(counts(1, 1), counts(1, 0)) is None


def test_a_class_is_hit_from_a_tenth_of_its_real_share_on():
    real = counts(50, 50)
    assert classes_hit(counts(95, 5), real) == 2
    assert classes_hit(counts(96, 4), real) == 1


def test_a_class_without_real_images_cannot_be_hit():
    assert classes_hit(counts(50, 50), counts(100, 0)) == 1


def test_slips_of_the_classifier_hit_nothing():
    assert classes_hit(counts(4990, *[1] * 9, 1), counts(*[36] * 11)) == 1


@pytest.mark.parametrize("other", [counts(1, 2, 3), counts(0, 0)])
def test_what_cannot_be_compared_is_refused(other):
    for figure in (class_kl, classes_hit):
        with pytest.raises(ValueError, match="same classes"):
            figure(other, counts(1, 1))
