import numpy as np
import pytest
import torch
from torch_fidelity.metric_isc import isc_features_to_metric
from torchmetrics.image import InceptionScore

from reprogan.metrics.inception_score import inception_score


def logits(n=1000, k=10):
    return np.random.default_rng(0).standard_normal((n, k)) * 3


@pytest.mark.parametrize("splits", [1, 7, 10])
def test_parity_with_torch_fidelity_on_the_same_logits(splits):
    x = logits()
    order = np.random.default_rng(3).permutation(len(x))
    theirs = isc_features_to_metric(torch.from_numpy(x[order]), splits=splits, shuffle=False)
    mean, std = inception_score(x, splits, seed=3)
    assert mean == pytest.approx(theirs["inception_score_mean"], rel=1e-12)
    assert std == pytest.approx(theirs["inception_score_std"], rel=1e-9, abs=1e-12)


# Of its buffer, and that one split has no deviation.
@pytest.mark.filterwarnings("ignore:Metric `InceptionScore`", "ignore:std")
def test_parity_with_torchmetrics_on_the_same_logits():
    x = logits()
    theirs = InceptionScore(torch.nn.Identity(), splits=1)
    for part in np.array_split(x, 7):
        theirs.update(torch.from_numpy(part))
    assert inception_score(x, 1, 0)[0] == pytest.approx(theirs.compute()[0].item(), rel=1e-12)


def test_sure_and_even_scores_the_number_of_classes():
    sure = np.kron(np.eye(10), np.ones((50, 1))) * 1000
    mean, std = inception_score(sure, splits=1, seed=0)
    assert mean == pytest.approx(10, rel=1e-12) and std == 0


def test_undecided_or_collapsed_scores_one():
    assert inception_score(np.zeros((100, 10)), 10, 0) == pytest.approx((1, 0), abs=1e-12)
    same = np.tile(logits(1), (100, 1))
    assert inception_score(same, 10, 0) == pytest.approx((1, 0), abs=1e-12)


def test_the_shuffle_is_seeded_and_needed():
    """Images sorted by class would score 1 in every split."""
    sorted_by_class = np.kron(np.eye(10), np.ones((50, 1))) * 100
    mean, _ = inception_score(sorted_by_class, splits=10, seed=0)
    assert mean > 8
    assert inception_score(sorted_by_class, 10, 0) == inception_score(sorted_by_class, 10, 0)
    assert inception_score(sorted_by_class, 10, 0) != inception_score(sorted_by_class, 10, 1)


def test_float32_and_huge_logits_are_safe():
    x = logits()
    near = inception_score(x.astype(np.float32), 10, 0)
    assert near == pytest.approx(inception_score(x, 10, 0), rel=1e-6)
    assert inception_score(x * 1e4, 1, 0)[0] <= 10


def test_probabilities_are_refused_because_a_second_softmax_would_score_near_one():
    x = logits()
    p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    for kind in (np.float64, np.float32):
        with pytest.raises(ValueError, match="probabilities"):
            inception_score(p.astype(kind), 10, 0)


@pytest.mark.parametrize(
    ("bad", "splits", "message"),
    [
        (np.zeros((5, 10)), 6, "over 6 splits"),
        (np.zeros((5, 10)), 0, "at least one split"),
        (np.zeros(5), 1, "shape"),
        (np.full((5, 2), np.nan), 1, "finite"),
    ],
)
def test_what_has_no_score_is_refused(bad, splits, message):
    with pytest.raises(ValueError, match=message):
        inception_score(bad, splits, 0)
