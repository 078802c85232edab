"""Each objective against a value worked out by hand."""

import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from hands import exchange, softplus
from reprogan.losses import OBJECTIVES

REAL, FAKE = 0.7, -0.4
CLOSED_FORMS = {
    "minimax": (softplus(-REAL) + softplus(FAKE), -softplus(FAKE)),
    "non_saturating": (softplus(-REAL) + softplus(FAKE), softplus(-FAKE)),
    "least_squares": (((REAL - 1) ** 2 + FAKE**2) / 2, (FAKE - 1) ** 2 / 2),
    "wasserstein": (FAKE - REAL, -FAKE),
    "hinge": (max(0, 1 - REAL) + max(0, 1 + FAKE), -FAKE),
    "relativistic": (softplus(FAKE - REAL), softplus(REAL - FAKE)),
    "energy_margin": (-REAL + max(0, 10 + FAKE), -FAKE),
}


def test_every_objective_brings_its_closed_form():
    assert CLOSED_FORMS.keys() == OBJECTIVES.keys()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objective(name):
    _, round = exchange(REAL, FAKE)
    objective = OBJECTIVES[name]()
    critic, generator = CLOSED_FORMS[name]
    assert objective.critic(round).item() == pytest.approx(critic, abs=1e-6)
    assert objective.generator(round).item() == pytest.approx(generator, abs=1e-6)


def test_hinge_ignores_what_is_beyond_the_margin():
    _, round = exchange(1.5, -1.5)
    assert OBJECTIVES["hinge"]().critic(round).item() == 0


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_cross_entropy_critics_are_binary_cross_entropy(name):
    """Against torch's own, at scores where exp would overflow a naive formula."""
    for real, fake in ((0.3, -2.0), (-90.0, 90.0)):
        _, round = exchange(real, fake)
        expected = binary_cross_entropy_with_logits(torch.tensor(real), torch.tensor(1.0))
        expected += binary_cross_entropy_with_logits(torch.tensor(fake), torch.tensor(0.0))
        assert OBJECTIVES[name]().critic(round).item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "slope"),
    [("minimax", -1 / (1 + math.exp(10))), ("non_saturating", -1 / (1 + math.exp(-10)))],
)
def test_minimax_saturates_where_the_critic_is_sure_and_non_saturating_does_not(name, slope):
    """d/df of -softplus(f) is -sigmoid(f), of softplus(-f) it is sigmoid(f) - 1; at f = -10."""
    pair, round = exchange(0.0, -10.0)
    value = pair.generator.network.value
    (gradient,) = torch.autograd.grad(OBJECTIVES[name]().generator(round), value)
    assert gradient.item() == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_only_objectives_that_have_targets_ask_for_labels(name):
    pair, round = exchange(REAL, FAKE)
    asked = []
    pair.label = lambda score, real: asked.append(real) or torch.full_like(score, 0.5)
    objective = OBJECTIVES[name]()
    objective.critic(round)
    objective.generator(round)
    assert asked == ([True, False] if objective.targeted else [])


@pytest.mark.parametrize("name", ["least_squares", "wasserstein", "hinge", "minimax"])
def test_a_generator_does_not_ask_for_real_images(name):
    _, round = exchange(0.1, 0.2)
    OBJECTIVES[name]().generator(round)
    assert "on_real" not in round.__dict__
