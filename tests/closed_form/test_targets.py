"""The critic's targets, and the losses that they make, against values worked out by hand."""

import math

import pytest
import torch

from hands import exchange, softplus
from reprogan.game import Game
from reprogan.games.single import draw
from reprogan.losses import OBJECTIVES
from reprogan.trainer import train
from reprogan.tricks import TRICKS
from small import build, images, narrow

REAL, FAKE = 0.7, -0.4


def with_targets(n=4, **tricks):
    """A round in a game with the tricks."""
    pair, round = exchange(REAL, FAKE, n=n)
    for name, fields in tricks.items():
        TRICKS[name](**fields).apply(Game([pair], draw))
    return round


def test_label_smoothing__is_one_sided():
    """-.9 log D(x) - .1 log(1 - D(x)) for real images, -log(1 - D(G(z))) for fakes."""
    round = with_targets(label_smoothing={})
    assert round.label(torch.zeros(3), True).tolist() == pytest.approx([0.9] * 3)
    assert round.label(torch.zeros(3), False).tolist() == [0, 0, 0]
    expected = 0.9 * softplus(-REAL) + 0.1 * softplus(REAL) + softplus(FAKE)
    for name in ("minimax", "non_saturating"):
        assert OBJECTIVES[name]().critic(round).item() == pytest.approx(expected, rel=1e-6)
    squares = ((REAL - 0.9) ** 2 + FAKE**2) / 2
    assert OBJECTIVES["least_squares"]().critic(round).item() == pytest.approx(squares, rel=1e-6)


@pytest.mark.parametrize("name", ["minimax", "non_saturating", "least_squares"])
@pytest.mark.parametrize("trick", ["label_smoothing", "noisy_labels"])
def test_the_generator_s_loss_has_no_other_targets(name, trick):
    plain = OBJECTIVES[name]().generator(with_targets())
    assert torch.equal(OBJECTIVES[name]().generator(with_targets(**{trick: {}})), plain)


def test_label_smoothing__makes_the_best_critic_less_sure():
    """Where only real images are, D = .9: a score of log 9 has no slope."""
    pair, round = exchange(math.log(9), -100.0)
    TRICKS["label_smoothing"]().apply(Game([pair], draw))
    w = pair.critic.network.w
    (slope,) = torch.autograd.grad(OBJECTIVES["minimax"]().critic(round), w)
    assert slope.item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("trick", ["label_smoothing", "noisy_labels"])
def test_targets_are_for_objectives_that_have_some(trick):
    for loss in ("wgan", "sngan"):
        with pytest.raises(ValueError, match="has none"):
            narrow(loss, tricks={trick: {}}).check(8, 8)
    narrow("lsgan", tricks={trick: {}}).check(8, 8)


def test_noisy_labels__are_uniform_in_the_ranges():
    score = torch.zeros(100_000)
    label = with_targets(noisy_labels={"flip": 0.0}).label
    for real, low, high in ((True, 0.7, 1.0), (False, 0.0, 0.3)):
        targets = label(score, real)
        assert low <= targets.min() < low + 0.001 and high - 0.001 < targets.max() <= high
        assert targets.mean().item() == pytest.approx((low + high) / 2, abs=2e-3)
        assert targets.std().item() == pytest.approx((high - low) / 12**0.5, rel=0.01)


def test_noisy_labels__flip_each_image_on_its_own():
    score = torch.zeros(100_000, requires_grad=True)
    label = with_targets(noisy_labels={"real": [0.9, 0.9], "fake": [0.0, 0.0], "flip": 0.2}).label
    for real, flipped in ((True, 0.0), (False, 0.9)):
        targets = label(score, real)
        values = targets.unique().tolist()
        assert values == pytest.approx([0.0, 0.9]) and not targets.requires_grad
        share = (targets.round() == round(flipped)).float().mean().item()
        assert share == pytest.approx(0.2, abs=0.01)


def test_noisy_labels__are_anew_in_every_step_and_the_same_when_it_is_repeated():
    game = build(narrow("dcgan", tricks={"noisy_labels": {}}))
    seen, label = [], game.pairs[0].label
    game.pairs[0].label = lambda score, real: seen.append(label(score, real)) or seen[-1]
    list(train(game, images().at, steps=2, seed=0))
    list(train(game, images().at, steps=1, seed=0))
    assert len(seen) == 6, "the critic's turn alone asks for targets"
    assert not torch.equal(seen[0], seen[2]) and torch.equal(seen[0], seen[4])


def test_noisy_labels__refuses_ranges_that_are_none():
    for fields in ({"real": [0.9, 0.7]}, {"fake": [0.0, 1.2]}, {"real": [0.5]}, {"flip": 1.0}):
        with pytest.raises(ValueError, match="range|less than|Field required"):
            TRICKS["noisy_labels"](**fields)
    with pytest.raises(ValueError, match="exclude each other"):
        narrow("dcgan", tricks={"noisy_labels": {}, "label_smoothing": {}}).check(8, 8)
