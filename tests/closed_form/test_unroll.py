"""The generator's gradient through the critic's steps, worked out by hand and by simulation."""

import copy

import pytest
import torch

from hands import Quadratic, exchange
from reprogan.game import Game, Weighted
from reprogan.games.single import draw
from reprogan.trainer import let_learn, take_turn, train
from reprogan.tricks import TRICKS
from small import build, images, narrow

R, V, W, RATE = 0.7, -1.3, 0.4, 0.1
"""A real and a fake image of one pixel, the critic's weight, and the rate of its steps."""


def quadratic(round):
    """L_D = E D(G(z))^2 / 2 - E D(x), of D(x) = w x: its slope is w v^2 - r."""
    return round.on_fake.score.square().mean() / 2 - round.on_real.score.mean()


def unrolled(steps, term=quadratic):
    pair, round = exchange(R, V, (W,))
    pair.critic.terms["adversarial"] = Weighted(term)
    pair.generator.terms["adversarial"] = Weighted(lambda round: -round.on_fake.score.mean())
    TRICKS["unroll"](steps=steps, learning_rate=RATE).apply(Game([pair], draw))
    for player in pair.players:
        let_learn(player, player is pair.generator)
    return pair, pair.generator.meet(pair, round.batch)


def by_hand(steps):
    """(w, dw/dv) after the steps: w - rate * (w v^2 - r), differentiated by the product rule."""
    w, slope = W, 0.0
    for _ in range(steps):
        w, slope = w - RATE * (w * V**2 - R), slope * (1 - RATE * V**2) - 2 * RATE * w * V
    return w, slope


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_unroll__has_the_first_and_the_second_order_term(steps):
    """d(-w v)/dv = -w - v dw/dv: the image's part, and the critic's."""
    pair, round = unrolled(steps)
    value = pair.generator.network.value
    (gradient,) = torch.autograd.grad(pair.generator.terms["adversarial"].term(round), value)
    w, slope = by_hand(steps)
    assert abs(V * slope) > 0.1
    assert round.on_fake.score[0].item() == pytest.approx(w * V, rel=1e-5)
    assert gradient.item() == pytest.approx(-w - V * slope, rel=1e-5)


def test_unroll__one_step_in_full():
    """w1 = .4 - .1 (.4 * 1.69 - .7) = .4024; dw1/dv = -2 * .1 * .4 * -1.3 = .104."""
    assert by_hand(1) == pytest.approx((0.4024, 0.104))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_unroll__goes_through_penalties_at_the_fakes(steps):
    """D(x) = a x^2 / 2 under R2 alone: a step makes a (1 - rate gamma v^2) of a.

    From the second step on, a is a function of v as well, which R2's dD/dx knows nothing of.
    """
    gamma, a, slope = 0.5, 1.0, 0.0
    pair, round = exchange(R, V, critic=Quadratic())
    game = Game([pair], draw)
    pair.generator.terms["adversarial"] = Weighted(lambda round: -round.on_fake.score.mean())
    TRICKS["r2"](gamma=gamma).apply(game)
    TRICKS["unroll"](steps=steps, learning_rate=RATE).apply(game)
    for player in pair.players:
        let_learn(player, player is pair.generator)
    ahead = pair.generator.meet(pair, round.batch)
    (gradient,) = torch.autograd.grad(
        pair.generator.terms["adversarial"].term(ahead), pair.generator.network.value
    )
    for _ in range(steps):
        shrink = 1 - RATE * gamma * V**2
        a, slope = a * shrink, slope * shrink - 2 * RATE * gamma * a * V
    assert ahead.on_fake.score[0].item() == pytest.approx(a * V**2 / 2, rel=1e-5)
    assert gradient.item() == pytest.approx(-a * V - slope * V**2 / 2, rel=1e-5)


def test_unroll__lets_every_term_see_the_critic_ahead():
    _, round = unrolled(2)
    w = by_hand(2)[0]
    assert round.on_real.score[0].item() == pytest.approx(w * R, rel=1e-5)
    assert round.judge(torch.full((1, 1, 1, 1), 3.0)).score.item() == pytest.approx(3 * w, rel=1e-5)


def test_unroll__steps_on_the_whole_loss_and_on_lazy_terms_as_on_average():
    """A term of slope r and weight 2 that acts every 4th turn moves w by 2 r a step, not by 8 r."""
    pair, round = unrolled(1)
    lazy = Weighted(lambda round: round.on_real.score.mean(), 2.0, every=4)
    pair.critic.terms["lazy"] = lazy
    w = W - RATE * (W * V**2 - R + 2 * R)
    assert round.on_fake.score[0].item() == pytest.approx(w * V, rel=1e-5)


def test_unroll__leaves_the_critics_own_turn_as_it_is():
    pair, round = unrolled(3)
    assert pair.critic.meet(pair, round.batch).on_fake.score[0].item() == pytest.approx(W * V)
    pair.generator.optimizer = torch.optim.SGD(pair.generator.parameters, 0.1)
    take_turn(pair.generator, round, 1)
    w, slope = by_hand(3)
    assert pair.generator.network.value.item() == pytest.approx(V + 0.1 * (w + V * slope), rel=1e-5)
    assert pair.critic.network.w.item() == pytest.approx(W) and pair.critic.network.w.grad is None


@pytest.mark.parametrize(
    ("row", "tricks"),
    [("dcgan", {}), ("dcgan", {"spectral_norm": {}}), ("ns_gan", {})],
)
def test_unroll__is_what_a_copy_of_the_critic_comes_to(row, tricks):
    """The same steps by torch's SGD on a copy; batch norm, spectral norm and maxout as they are."""
    over = {"networks": {"input_dropout": 0.0, "dropout": 0.0}} if row == "ns_gan" else {}
    game = build(
        narrow(row, tricks={**tricks, "unroll": {"steps": 3, "learning_rate": 0.5}}, **over)
    )
    list(train(game, images().at, steps=2, seed=0))
    before, pair = copy.deepcopy(game.networks["critic"].state_dict()), game.pairs[0]
    let_learn(pair.generator, True)
    round = pair.generator.meet(pair, images().at(3))
    loss = pair.generator.terms["adversarial"].term(round)
    loss.backward()
    assert all(p.grad.isfinite().all() for p in pair.generator.parameters)
    assert all(torch.equal(v, before[k]) for k, v in game.networks["critic"].state_dict().items())

    critic = copy.deepcopy(pair.critic.network).requires_grad_(True)
    sgd = torch.optim.SGD(critic.parameters(), 0.5)
    plain = type(round)(pair, images().at(3))
    plain.fake, plain.pair = round.fake.detach(), copy.copy(pair)
    plain.pair.critic = copy.copy(pair.critic)
    plain.pair.critic.network = critic
    for _ in range(3):
        again = copy.copy(plain)
        sgd.zero_grad()
        pair.critic.terms["adversarial"].term(again).backward()
        sgd.step()
    expected = pair.generator.terms["adversarial"].term(plain)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-4)


def test_unroll__with_equilibrium_is_refused():
    assert "equilibrium" in TRICKS["unroll"].excludes
