"""Rates, momenta and rhythms against the authors' loops and values worked out by hand."""

import time

import pytest
import torch

from hands import exchange
from reprogan.game import Game, steady
from reprogan.games.single import draw
from reprogan.trainer import train
from reprogan.tricks import TRICKS
from reprogan.tricks.average import Average
from reprogan.tricks.critic_warm_up import CriticWarmUp
from reprogan.tricks.n_critic_schedule import NCriticSchedule
from small import BATCH, build, images, narrow, on, same

SGD = {"name": "sgd", "learning_rate": 0.01, "momentum": 0.5}
BY_SGD = {"critic_optimizer": SGD, "generator_optimizer": SGD}


def groups(game):
    return [group for player in game.players for group in player.optimizer.param_groups]


def course(game, key, steps):
    """What `key` of each player's optimizer is in each step."""
    return [
        [group[key] for group in groups(game)]
        for _ in train(game, images().at, steps=steps, seed=0)
    ]


def game_of(**over):
    pair, _ = exchange(0.1, 0.2)
    for key, value in over.items():
        setattr(pair.generator, key, value)
    return Game([pair], draw)


def turns_of(rhythm, every, steps):
    """The steps in which the generator acts; its turns must be numbered 1, 2, 3."""
    taken = [(step, turn) for step in range(steps) if (turn := rhythm(every, step))]
    assert [turn for _, turn in taken] == list(range(1, len(taken) + 1))
    return [step for step, _ in taken]


# rates and momenta


def test_exponential_decay__divides_the_first_rate_in_every_step_down_to_the_floor():
    """The loop of pylearn2's ExponentialDecay: base / factor^count after each update, not below."""
    game = build(narrow("dcgan", tricks={"exponential_decay": {"factor": 2.0, "least": 3e-5}}))
    expected = [2e-4, 1e-4, 5e-5, 3e-5, 3e-5]
    for rates, rate in zip(course(game, "lr", 5), expected, strict=True):
        assert rates == pytest.approx([rate] * 2, rel=1e-12)


def test_exponential_decay__of_the_2014_code():
    """After 250 epochs of 500 updates, rates are divided by e^0.5: 1.000004^125000 = 1.6487."""
    trick, game = TRICKS["exponential_decay"](), build(narrow("dcgan"))
    trick.decay(game, 125_000, 1)
    assert groups(game)[0]["lr"] == pytest.approx(2e-4 / 1.6487, rel=1e-4)
    trick.decay(game, 10**9, 1)
    assert groups(game)[0]["lr"] == 1e-6


def test_exponential_decay__refuses_a_floor_above_the_rate_and_linear_decay():
    with pytest.raises(ValueError, match=r"least must be at most the learning rate, 0\.0002"):
        narrow("dcgan", tricks={"exponential_decay": {"least": 0.1}}).check(8, 8)
    with pytest.raises(ValueError, match="exclude each other: both say what the learning rate is"):
        on("linear_decay", "exponential_decay").check(8, 8)


@pytest.mark.parametrize(
    ("trick", "key"),
    [("exponential_decay", "lr"), ("linear_decay", "lr"), ("momentum_ramp", "momentum")],
)
def test_a_schedule_goes_on_from_first_values_in_a_resumed_run(trick, key):
    """A fresh optimizer that takes up a state in mid-decay must not take its values for the first."""
    variant = narrow("dcgan", **BY_SGD, tricks={trick: {}})
    whole, half, again = (build(variant) for _ in range(3))
    values = course(whole, key, 6)
    for step, _ in train(half, images().at, steps=6, seed=0):
        if step == 3:
            break
    again.load_state_dict(half.state_dict())
    rest = [
        [group[key] for group in groups(again)]
        for _ in train(again, images().at, steps=6, seed=0, first=4)
    ]
    assert rest == values[4:] and same(whole.state_dict(), again.state_dict()) == []


def test_momentum_ramp__is_linear_and_then_stays():
    game = build(narrow("dcgan", **BY_SGD, tricks={"momentum_ramp": {"last": 0.7, "share": 0.5}}))
    expected = [0.5, 0.55, 0.6, 0.65, 0.7, 0.7, 0.7, 0.7]
    for momenta, momentum in zip(course(game, "momentum", 8), expected, strict=True):
        assert momenta == pytest.approx([momentum] * 2)


def test_momentum_ramp__refuses_other_optimizers():
    for player in ("critic_optimizer", "generator_optimizer"):
        other = {**BY_SGD, player: {"name": "adam"}, "tricks": {"momentum_ramp": {}}}
        with pytest.raises(ValueError, match="is for the optimizer sgd; got adam"):
            narrow("dcgan", **other).check(8, 8)


# around an update


def test_gradient_clip__scales_all_gradients_of_a_player_to_the_limit():
    pair, _ = exchange(0.1, 0.2, (1.0, 1.0, 1.0))
    TRICKS["gradient_clip"](limit=1.0).apply(Game([pair], draw))
    w = pair.critic.network.w
    for gradient, clipped in (([2.0, 1.0, 2.0], [2 / 3, 1 / 3, 2 / 3]), ([0.6, 0.0, 0.0],) * 2):
        w.grad = torch.tensor(gradient)
        for action in pair.critic.before:
            action()
        assert w.grad.tolist() == pytest.approx(clipped, rel=1e-4)


def test_gradient_clip__bounds_the_total_norm_of_each_player_in_training():
    game = build(narrow("dcgan", tricks={"gradient_clip": {"limit": 1e-3}}))
    for _ in train(game, images().at, steps=2, seed=0):
        for player in game.players:
            norm = torch.cat([p.grad.flatten() for p in player.parameters]).norm().item()
            assert norm == pytest.approx(1e-3, rel=1e-3)


def test_max_norm__bounds_the_weights_into_each_unit_after_each_update():
    game = build(narrow("gan", tricks={"max_norm": {"limit": 0.02}}))
    for _ in train(game, images().at, steps=2, seed=0):
        weights = [p for p in game.networks["critic"].parameters() if p.ndim > 1]
        norms = [w.flatten(1).norm(dim=1) for w in weights]
        assert len(norms) == 3 and all(n.max() <= 0.02 * (1 + 1e-6) for n in norms)
        assert any(n.max() > 0.0199 for n in norms)
    first = next(p for p in game.networks["generator"].parameters() if p.ndim > 1)
    assert first.norm(dim=1).max() > 0.02


def test_max_norm__scales_what_exceeds_and_leaves_the_rest():
    critic = torch.nn.Linear(2, 2)
    critic.weight.data, critic.bias.data = torch.tensor([[3.0, 4.0], [0.3, 0.4]]), torch.ones(2) * 9
    pair, _ = exchange(0.1, 0.2, critic=critic)
    TRICKS["max_norm"](limit=2.0).apply(Game([pair], draw))
    for action in pair.critic.after:
        action()
    assert critic.weight.flatten().tolist() == pytest.approx([1.2, 1.6, 0.3, 0.4])
    assert critic.bias.tolist() == [9, 9]


# rhythms


def arjovsky(n, steps, first, period, until):
    """The critic's steps counted as the authors' loop does it (main.py of WassersteinGAN)."""
    acts, generator_iterations, done = [], 0, 0
    while done < until:
        many = generator_iterations < first or generator_iterations % period == 0
        done += steps if many else n
        acts.append(done - 1)
        generator_iterations += 1
    return [step for step in acts if step < until]


@pytest.mark.parametrize(
    ("n", "first", "steps", "period", "until"),
    [(5, 25, 100, 500, 12_000), (5, 5, 20, 100, 2_000), (1, 3, 7, 2, 200), (2, 4, 9, 4, 300),
     (3, 7, 3, 5, 100), (2, 1, 3, 1, 50)],
)  # fmt: skip
def test_critic_warm_up__is_the_authors_loop(n, first, steps, period, until):
    trick = CriticWarmUp(first=first, steps=steps, period=period)
    assert turns_of(trick.rhythm, n, until) == arjovsky(n, steps, first, period, until)


def test_critic_warm_up__is_quick_late_in_training():
    trick, start = CriticWarmUp(), time.perf_counter()
    assert sum(bool(trick.rhythm(5, step)) for step in range(10**6, 10**6 + 5000)) > 900
    assert time.perf_counter() - start < 1


def test_critic_warm_up__drives_the_generator_in_training():
    game = build(
        on("critic_warm_up", n_critic=2, tricks={"critic_warm_up": {"first": 1, "period": 3}})
    )
    acts = [
        step
        for step, turns in train(game, images().at, steps=10, seed=0)
        if any(turn.player.name == "generator" for turn in turns)
    ]
    assert acts == arjovsky(2, 3, 1, 3, 10) == [2, 4, 6, 9]


def test_critic_warm_up__refuses_fewer_steps_than_n_critic():
    with pytest.raises(ValueError, match="at least n_critic, 5; got 4"):
        narrow("wgan", tricks={"critic_warm_up": {"steps": 4}}).check(8, 8)


def test_n_critic_schedule__changes_at_its_steps():
    """n = 2 for 5 steps, of which one is left over; then 1 for 2 steps; then 3."""
    trick = NCriticSchedule(steps=[5, 7], n_critic=[1, 3])
    assert turns_of(trick.rhythm, 2, 14) == [1, 3, 5, 6, 9, 12]
    assert turns_of(NCriticSchedule(steps=[100], n_critic=[1]).rhythm, 3, 9) == [2, 5, 8]


def test_n_critic_schedule__refuses_what_is_no_schedule():
    for steps, n in (([5], [1, 2]), ([5, 5], [1, 2]), ([], []), ([0], [1])):
        with pytest.raises(ValueError, match="steps|at least 1|greater"):
            NCriticSchedule(steps=steps, n_critic=n)


def test_critic_pretraining__delays_whatever_rhythm_there_is():
    for rhythm in (steady, CriticWarmUp(first=1, steps=4, period=3).rhythm):
        game = game_of(rhythm=rhythm)
        TRICKS["critic_pretraining"](steps=7).apply(game)
        late = turns_of(game.pairs[0].generator.rhythm, 2, 37)
        assert late == [step + 7 for step in turns_of(rhythm, 2, 30)] and min(late) >= 8


def test_critic_pretraining__comes_after_the_other_rhythms():
    game = build(on("critic_pretraining", "n_critic_schedule"))
    waits = TRICKS["critic_pretraining"].model_validate(
        {"steps": on("critic_pretraining").tricks[0].steps}
    )
    assert turns_of(game.pairs[0].generator.rhythm, 2, 30)[0] >= waits.steps


@pytest.mark.parametrize(
    "tricks",
    [
        {},
        {"critic_pretraining": {"steps": 4}},
        {"critic_warm_up": {"first": 1, "steps": 7, "period": 3}},
        {"critic_warm_up": {"first": 2, "steps": 9}, "critic_pretraining": {"steps": 3}},
        {"n_critic_schedule": {"steps": [2, 4, 5, 20], "n_critic": [3, 2, 4, 1]}},
        {"n_critic_schedule": {"steps": [1, 3], "n_critic": [2, 6]}},
        {"n_critic_schedule": {"steps": [6], "n_critic": [9]}, "critic_pretraining": {"steps": 5}},
    ],
)
@pytest.mark.parametrize("n_critic", [1, 3, 6])
def test_a_variant_begins_in_the_first_turn_of_the_rhythms_of_its_game(tricks, n_critic):
    variant = narrow("dcgan", tricks=tricks, n_critic=n_critic)
    (pair,) = build(variant).pairs
    assert turns_of(pair.generator.rhythm, n_critic, 40)[0] + 1 == variant.begins


# averages


@pytest.mark.parametrize(("every", "batch"), [(1, 8), (5, 64), (2, 100)])
def test_average__half_life_is_reached_after_the_images_it_states(every, batch):
    """Of the first weights exactly half is left after `half_life` real images, for any n_critic."""
    updates = 20
    game = game_of(every=every)
    game.batch = batch
    pair = game.pairs[0]
    pair.generator.network.value.data.fill_(1.0)
    Average(half_life=float(updates * every * batch)).apply(game)
    pair.generator.network.value.data.fill_(0.0)
    for _ in range(updates):
        for action in pair.generator.after:
            action()
    assert pair.published.value.item() == pytest.approx(0.5, rel=1e-5)


def test_average__takes_its_half_life_from_the_batch_and_n_critic_of_the_game():
    game = build(narrow("wgan", tricks={"average": {"half_life": 400.0}}))
    (follow,) = game.pairs[0].generator.after
    assert game.batch == BATCH and follow.args[-1] == pytest.approx(0.5 ** (BATCH * 5 / 400))


def test_average__has_a_decay_or_a_half_life():
    assert (Average().decay, Average().half_life) == (0.999, None)
    halved = Average(half_life=5000.0)
    assert halved.decay is None and Average.model_validate(halved.model_dump()) == halved
    for both in ({"decay": 0.9, "half_life": 10.0}, {"decay": None}):
        with pytest.raises(ValueError, match="exactly one of decay and half_life"):
            Average(**both)
