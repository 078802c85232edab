"""The loop, the vocabulary and the data against values worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hands import exchange
from reprogan.game import Batch, Game, Round, Weighted
from reprogan.games.single import draw
from reprogan.history import DivergenceError, History
from reprogan.latent import Latent
from reprogan.networks.modules import Maxout
from reprogan.resident import Resident, to_bytes, to_float
from reprogan.settings import Train
from reprogan.trainer import train
from small import SHAPE, build, images, narrow


def constant(step):
    return Batch(torch.ones(4, 1, 1, 1), torch.zeros(4, dtype=torch.int64))


def game_of(term, every=1, n_critic=1):
    pair, _ = exchange(0.1, 0.2)
    pair.generator.every = n_critic
    for player in pair.players:
        player.terms["t"] = Weighted(term, 2.0, every)
        player.optimizer = torch.optim.SGD(player.parameters, 0.1)
    return Game([pair], draw)


def test_the_generator_acts_at_the_end_of_every_nth_step():
    game = game_of(lambda round: round.on_fake.score.mean(), n_critic=5)
    acts = [
        (step, turn.player.name)
        for step, turns in train(game, constant, steps=10, seed=0)
        for turn in turns
    ]
    assert [step for step, name in acts if name == "generator"] == [4, 9]
    assert [step for step, name in acts if name == "critic"] == list(range(10))
    assert acts[4:6] == [(4, "critic"), (4, "generator")]


def test_a_rhythm_says_in_which_steps_a_player_acts():
    game = game_of(lambda round: round.on_fake.score.mean(), n_critic=2)
    generator = game.players[1]
    generator.rhythm = lambda every, step: 7 if step in (every, 5) else 0
    acts = [
        (step, turn.player.name)
        for step, turns in train(game, constant, steps=8, seed=0)
        for turn in turns
    ]
    assert [step for step, name in acts if name == "generator"] == [2, 5]


def test_what_is_done_before_an_update_sees_its_gradient():
    game = game_of(lambda round: round.on_fake.score.mean())
    critic = game.players[0]
    critic.before.append(lambda: [p.grad.mul_(10) for p in critic.parameters])
    list(train(game, constant, steps=1, seed=0))
    assert critic.network.w.item() == pytest.approx(1 - 10 * 0.04)


def test_a_player_meets_the_round_that_it_is_given():
    game = game_of(lambda round: round.on_fake.score.mean())

    class Far(Round):
        @property
        def fake(self):
            return super().fake + 100

    game.players[1].meet = Far
    (_, (critic, generator)), *_ = train(game, constant, steps=1, seed=0)
    assert critic.losses["t"].item() == pytest.approx(0.4)
    assert type(generator.round) is Far


def test_sights_and_views_act_one_after_the_other():
    pair, round = exchange(0.5, 0.25)
    pair.also_see(lambda x: x + 1)
    pair.also_see(lambda x: 2 * x)
    pair.also_view(lambda batch: replace(batch, x=batch.x * 4))
    assert Round(pair, round.batch).on_real.score[0].item() == pytest.approx(2 * (0.5 * 4 + 1))
    assert Round(pair, round.batch).on_fake.score[0].item() == pytest.approx(2 * (0.25 + 1))


def test_a_lazy_term_acts_every_nth_turn_and_n_fold():
    game = game_of(lambda round: round.on_real.score.mean(), every=4)
    critic = game.players[0]
    critic.terms["always"] = Weighted(lambda round: 0 * round.on_real.score.mean())
    game.players[1].terms = {"t": Weighted(lambda round: round.on_fake.score.mean())}
    critic.optimizer = torch.optim.SGD(critic.parameters, 0.0)
    seen = [
        float(turns[0].losses.get("t", 0)) for _, turns in train(game, constant, steps=8, seed=0)
    ]
    assert seen == [0, 0, 0, 8, 0, 0, 0, 8]


def test_each_step_draws_fresh_noise_for_each_player():
    noises = []
    game = game_of(lambda round: noises.append(round.z) or round.on_fake.score.mean())
    list(train(game, constant, steps=2, seed=0))
    assert len({tuple(z.flatten().tolist()) for z in noises}) == 4


def test_an_sgd_step_by_hand():
    """Critic: 2 * E[w * fake], w = 1, fake = .2, so w -= .1 * 2 * .2; generator then: v -= .1 * 2 * w."""
    game = game_of(lambda round: round.on_fake.score.mean())
    list(train(game, constant, steps=1, seed=0))
    assert game.pairs[0].critic.network.w.item() == pytest.approx(0.96)
    assert game.pairs[0].generator.network.value.item() == pytest.approx(0.2 - 0.1 * 2 * 0.96)


def test_every_epoch_shows_every_image_once_in_an_order_of_its_own():
    data = Resident(
        torch.arange(10, dtype=torch.uint8).view(10, 1, 1, 1), torch.arange(10), batch=4, seed=3
    )
    shown = [int(i) for step in range(10) for i in data.at(step).y]
    epochs = [shown[k : k + 10] for k in range(0, 40, 10)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 4


def test_a_batch_is_a_function_of_seed_and_step():
    one, two = images(), images()
    assert torch.equal(one.at(17).x, two.at(17).x) and not torch.equal(one.at(17).x, one.at(18).x)
    assert not torch.equal(images(seed=1).at(17).x, one.at(17).x)


def test_a_batch_larger_than_the_data_spans_epochs():
    data = Resident(torch.zeros(3, 1, 1, 1, dtype=torch.uint8), torch.arange(3), batch=8, seed=0)
    assert np.bincount(data.at(0).y.numpy()).tolist() in ([3, 3, 2], [3, 2, 3], [2, 3, 3])


def test_bytes_to_floats_and_back():
    x = torch.arange(256, dtype=torch.uint8)
    assert to_float(x).min() == -1 and to_float(x).max() == 1
    assert torch.equal(to_bytes(to_float(x)), x)
    assert to_bytes(torch.tensor([-3.0, 3.0, 0.0039])).tolist() == [0, 255, 128]


@pytest.mark.parametrize(
    ("prior", "mean", "std", "low", "high"),
    [
        ("normal", 0, 1, -9, 9),
        ("uniform", 0, 3**-0.5, -1, 1),
        ("unit_uniform", 0.5, 12**-0.5, 0, 1),
        ("white_uniform", 0, 1, -(3**0.5), 3**0.5),
    ],
)
def test_latents_have_their_distribution_and_depend_on_their_place_only(
    prior, mean, std, low, high
):
    latent = Latent((50,), prior)
    z = latent.of(3, range(400))
    assert torch.equal(latent.of(3, range(100, 103)), z[100:103])
    assert not torch.equal(latent.of(4, range(3)), z[:3])
    assert not torch.equal(latent.of(3, range(3), stream=1), z[:3])
    for values in (z, latent.draw(400, torch.device("cpu"))):
        assert float(values.mean()) == pytest.approx(mean, abs=0.02)
        assert float(values.std()) == pytest.approx(std, rel=0.02)
        assert low - 1e-6 <= values.min() and values.max() <= high + 1e-6


def test_budgets_are_in_real_images():
    assert Train(images=1000, batch=64).steps() == 16
    assert Train(images=1000, batch=64).steps(64) == 1


def test_history_is_the_mean_over_its_window():
    values = iter([1.0, 3.0, 5.0, 7.0, 9.0])
    game = game_of(lambda round: next(values) + 0 * round.on_real.score.sum())
    game.players[1].terms = {"t": Weighted(lambda round: round.on_fake.score.mean())}
    history = History.of(game, every=2, batch=4)
    for step, turns in train(game, constant, steps=5, seed=0):
        history.add(step, turns)
        if step == 2:  # in the midst of a window, as when a checkpoint is written
            history.flush()
            assert [line.split(",")[0] for line in history.lines] == ["2"]
    history.flush(over=True)
    rows = [line.split(",")[:3] for line in history.csv.splitlines()]
    assert rows == [
        ["step", "images", "critic_t"],
        ["2", "8", "4"],
        ["4", "16", "12"],
        ["5", "20", "18"],
    ]


def test_a_loss_that_is_not_finite_is_named_with_its_step():
    values = iter([1.0, 2.0, float("nan"), 4.0])
    game = game_of(lambda round: next(values) + 0 * round.on_real.score.sum())
    game.players[1].terms = {"t": Weighted(lambda round: round.on_fake.score.mean())}
    history = History.of(game, every=2, batch=4)
    for step, turns in train(game, constant, steps=4, seed=0):
        history.add(step, turns)
    with pytest.raises(DivergenceError, match="critic_t is nan at step 2"):
        history.flush()


def test_maxout_is_the_largest_of_its_pieces():
    layer = Maxout(3, 2, pieces=4)
    x = torch.randn(5, 3)
    pieces = (x @ layer.linear.weight.T + layer.linear.bias).view(5, 2, 4)
    assert torch.allclose(layer(x), pieces.max(dim=2).values)


def test_a_conditional_game_shows_both_networks_the_class():
    game = build(narrow("cgan"))
    pair = game.pairs[0]
    x, z = torch.zeros(2, 1, 8, 8), torch.zeros(2, 6)
    zero, one = torch.tensor([0, 0]), torch.tensor([0, 1])
    pair.critic.network.eval(), pair.generator.network.eval()
    for told, alike in ((zero, True), (one, False)):
        score = pair.critic.network(x, told).score
        image = pair.generator.network(z, told)
        assert bool(torch.allclose(score[0], score[1])) is alike
        assert bool(torch.allclose(image[0], image[1])) is alike


def test_a_conditional_game_needs_classes():
    from dataclasses import replace

    with pytest.raises(ValueError, match="needs labeled images"):
        build(narrow("cgan"), shape=replace(SHAPE, classes=0))
