"""Each trick against a value worked out by hand."""

import math
import re
from pathlib import Path

import pytest
import torch

from hands import Quadratic, exchange
from reprogan.game import Game
from reprogan.games.single import draw
from reprogan.trainer import let_learn, train
from reprogan.tricks import TRICKS
from reprogan.tricks.gradient_penalty import penalty
from reprogan.variant import Variant
from small import build, images, narrow


def test_every_trick_is_tested_here():
    """A test of a trick is named test_TRICK__what, in any file of this folder."""
    texts = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    tested = {name for text in texts for name in re.findall(r"def test_([a-z0-9_]+?)__", text)}
    assert TRICKS.keys() <= tested


def test_gradient_penalty__of_a_linear_critic_is_of_its_slope():
    _, round = exchange(0.3, -0.2, (0.6, 0.0, 0.8, 1.0))
    assert penalty(round).item() == pytest.approx((math.sqrt(2) - 1) ** 2, rel=1e-5)


def test_gradient_penalty__is_two_sided():
    _, round = exchange(0.3, -0.2, (0.3, 0.4))
    assert penalty(round).item() == pytest.approx(0.25, rel=1e-5)


def test_gradient_penalty__is_taken_uniformly_between_real_and_fake():
    """|grad| = x is uniform on [1, 3], and E (x - 1)^2 = 4/3; with one epsilon an image."""
    pair, round = exchange(3.0, 1.0, critic=Quadratic(), n=200_000)
    assert penalty(round).item() == pytest.approx(4 / 3, rel=0.01)
    _, few = exchange(3.0, 1.0, (0.0,) * 64, critic=Quadratic(), n=2)
    points = []
    few.pair.see = lambda x: points.append(x.detach()) or x
    penalty(few)
    assert points[-1].flatten(1).std(dim=1).max() < 1e-6


def test_gradient_penalty__trains_the_critic_only():
    pair, round = exchange(0.3, -0.2, (0.6, 0.8, 1.0))
    for player in pair.players:
        let_learn(player, False)
    let_learn(pair.critic, True)
    penalty(round).backward()
    assert pair.critic.network.w.grad.abs().sum() > 0 and pair.generator.network.value.grad is None


def test_gradient_penalty__enters_with_its_weight():
    game = build(narrow("wgan_gp", tricks={"gradient_penalty": {"weight": 7.0}}))
    assert game.pairs[0].critic.terms["gradient_penalty"].weight == 7.0


def test_weight_clip__clamps_every_critic_parameter_after_each_update():
    variant = narrow("wgan", tricks={"weight_clip": {"limit": 0.003}})
    game = build(variant)
    assert max(p.abs().max() for p in game.players[0].parameters) > 0.5
    for _ in train(game, images().at, steps=2, seed=0):
        norms = [p for n, p in game.networks["critic"].named_parameters() if "body.3" in n]
        assert norms and all(p.abs().max() <= 0.003 for p in game.players[0].parameters)
    assert max(p.abs().max() for p in game.players[1].parameters) > 0.003


def test_weight_clip__takes_values():
    pair, _ = exchange(0.1, 0.2, (3.0, -3.0, 0.1))
    TRICKS["weight_clip"](limit=0.5).apply(Game([pair], draw))
    for action in pair.critic.after:
        action()
    assert pair.critic.network.w.tolist() == pytest.approx([0.5, -0.5, 0.1])


def test_average__is_the_exponential_moving_average():
    pair, _ = exchange(0.1, 2.0)
    game = Game([pair], draw)
    TRICKS["average"](decay=0.75).apply(game)
    for value in (4.0, 8.0):
        pair.generator.network.value.data.fill_(value)
        for action in pair.generator.after:
            action()
    assert pair.published.value.item() == pytest.approx(0.75 * (0.75 * 2 + 0.25 * 4) + 0.25 * 8)
    assert game.sample([torch.zeros(1, 2)]).item() == pytest.approx(3.875)
    assert not pair.published.value.requires_grad


def test_spectral_norm__divides_by_the_largest_singular_value():
    game = build(narrow("sngan", tricks={"spectral_norm": {"power_iterations": 50}}))
    critic = game.networks["critic"]
    layers = [m for m in critic.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert len(layers) == 3
    for layer in layers:
        values = torch.linalg.svdvals(layer.weight.flatten(1))
        assert values[0].item() == pytest.approx(1, abs=1e-3)


def test_linear_decay__falls_from_the_first_rate_to_zero():
    game = build(narrow("dcgan", tricks={"linear_decay": {"start": 0.5}}))
    rates = []
    for _ in train(game, images().at, steps=8, seed=0):
        rates.append([p.optimizer.param_groups[0]["lr"] for p in game.players])
    expected = [1, 1, 1, 1, 1, 3 / 4, 1 / 2, 1 / 4]
    for rate, share in zip(rates, expected, strict=True):
        assert rate == pytest.approx([2e-4 * share] * 2)


def test_clipping_acts_on_the_parameters_that_spectral_norm_made():
    """Whichever comes first: what a trick needs it reads when it acts."""
    for tricks in (
        {"weight_clip": {}, "spectral_norm": {}},
        {"spectral_norm": {}, "weight_clip": {}},
    ):
        game = build(narrow("dcgan", tricks=tricks))
        list(train(game, images().at, steps=1, seed=0))
        assert all(p.abs().max() <= 0.01 for p in game.networks["critic"].parameters())
        assert any("original" in name for name, _ in game.networks["critic"].named_parameters())


def test_a_trick_of_the_row_replaces_the_same_one_of_its_loss():
    assert isinstance(narrow("wgan"), Variant)
    variant = narrow("wgan", tricks={"weight_clip": {"limit": 0.5}, "average": {}})
    assert [t.name for t in variant.tricks] == ["weight_clip", "average"]
    assert variant.tricks[0].limit == 0.5
