"""Tricks on the gradient of the critic's score, on critics whose gradients are known."""

import math

import pytest
import torch

from hands import Quadratic, exchange
from reprogan.game import Game
from reprogan.games.single import draw
from reprogan.trainer import let_learn, train
from reprogan.tricks import TRICKS
from reprogan.tricks.dragan import around
from small import BATCH, SHAPE, build, images, narrow

TARGETS = {"dragan": 1.0, "gradient_penalty": 1.0, "r1": 0.0, "r2": 0.0}


def term_of(name, pair, **fields):
    """The trick's term and its weight."""
    TRICKS[name](**fields).apply(Game([pair], draw))
    weighted = pair.critic.terms[name]
    return lambda round: weighted.weight * weighted.term(round)


def test_dragan__of_a_linear_critic_is_of_its_slope_and_two_sided():
    for w in ((0.6, 0.0, 0.8, 1.0), (0.3, 0.4)):
        pair, round = exchange(0.3, -0.2, w)
        expected = 10 * (math.hypot(*w) - 1) ** 2
        assert term_of("dragan", pair)(round).item() == pytest.approx(expected, rel=1e-5)


def test_dragan__is_taken_at_real_images():
    """A batch without spread gets no noise: |grad| = |x| = 3 there, where fakes would have 1."""
    pair, round = exchange(3.0, 1.0, critic=Quadratic())
    assert term_of("dragan", pair, weight=0.5)(round).item() == pytest.approx(0.5 * 4)


def test_dragan__noise_is_a_share_of_half_the_spread_upward():
    """With std 2: x + a U, a and U uniform, a one for an image; E = 1/4, E^2 = 1/9, at most 1."""
    torch.manual_seed(0)
    x = torch.tensor([2.0, -2.0]).repeat(2000).view(-1, 1, 1, 1).expand(-1, 1, 8, 8)
    noise = around(x, 0.5) - x
    assert noise.min() >= 0 and noise.max() <= 1
    assert noise.mean().item() == pytest.approx(1 / 4, rel=0.03)
    assert noise.square().mean().item() == pytest.approx(1 / 9, rel=0.05)
    spread = noise.mean(dim=(1, 2, 3)).var().item()
    assert spread == pytest.approx(1 / 48 + 7 / 144 / 64 - 1 / 48 / 64, rel=0.05)


@pytest.mark.parametrize(("name", "where"), [("r1", 3.0), ("r2", -2.0)])
def test_zero_centered_penalties_on_a_quadratic_critic(name, where):
    """The gradient is x: gamma / 2 * |x|^2 of two equal pixels."""
    pair, round = exchange(3.0, -2.0, (0.0, 0.0), critic=Quadratic())
    value = term_of(name, pair, gamma=0.3)(round)
    assert value.item() == pytest.approx(0.15 * 2 * where**2)


def test_r1__of_a_linear_critic_is_half_gamma_times_its_squared_slope():
    pair, round = exchange(0.3, -0.2, (0.6, 0.8, 1.0))
    assert term_of("r1", pair)(round).item() == pytest.approx(5 * 2)


def test_r2__reads_no_real_image():
    pair, round = exchange(float("nan"), -0.2, (0.6, 0.8))
    assert term_of("r2", pair)(round).item() == pytest.approx(5.0)


@pytest.mark.parametrize("name", TARGETS)
def test_penalties_train_the_critic_only(name):
    """d/dw of (|w| - t)^2 is 2 (|w| - t) w / |w|; of the weight 10 or gamma / 2 = 5."""
    pair, round = exchange(0.3, -0.2, (1.5, 2.0))
    for player in pair.players:
        let_learn(player, False)
    let_learn(pair.critic, True)
    term_of(name, pair)(round).backward()
    weight = 10 if TARGETS[name] else 5
    expected = [weight * 2 * (2.5 - TARGETS[name]) * w / 2.5 for w in (1.5, 2.0)]
    assert pair.critic.network.w.grad.tolist() == pytest.approx(expected, rel=1e-5)
    assert pair.generator.network.value.grad is None


@pytest.mark.parametrize("name", TARGETS)
def test_a_lazy_penalty_acts_every_nth_turn_and_n_fold(name):
    seen = {}
    for every in (1, 4):
        over = {"tricks": {name: {"every": every}}, "networks": {"critic_norm": "none"}}
        still = {"name": "sgd", "learning_rate": 1e-12}
        game = build(narrow("dcgan", **over, critic_optimizer=still))
        column = [turns[0].losses for _, turns in train(game, images().at, steps=8, seed=0)]
        seen[every] = [losses.get(name) for losses in column]
    assert [value is None for value in seen[4]] == [True, True, True, False] * 2
    for turn in (3, 7):
        assert seen[4][turn].item() == pytest.approx(4 * seen[1][turn].item(), rel=1e-4)


@pytest.mark.parametrize("name", TARGETS)
def test_penalties_refuse_batch_norm(name):
    variant = narrow("dcgan", tricks={name: {}}, networks={"critic_norm": "batch"})
    with pytest.raises(ValueError, match=f"tricks: {name} is of each image's own score"):
        variant.check(SHAPE.size, BATCH)
