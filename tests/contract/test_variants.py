"""What every variant must keep, whatever it is made of."""

from itertools import combinations, permutations

import pytest
import torch

from reprogan.checkpoint import Checkpoints
from reprogan.config import EXPERIMENT
from reprogan.history import History
from reprogan.sampling import CHUNK, draw
from reprogan.trainer import let_learn, take_turn, train
from reprogan.tricks import TRICKS
from reprogan.variant import Variant
from small import SHAPE, TOGETHER, ZOO, build, goes, images, leaves, narrow, on, same

APART: set[tuple[str, str]] = {
    ("adaptive_augment", "augment"),
    ("adaptive_augment", "equilibrium"),
    ("auxiliary_classifier", "equilibrium"),
    ("auxiliary_classifier", "supervise"),
    ("critic_warm_up", "n_critic_schedule"),
    ("dragan", "minibatch_discrimination"),
    ("equilibrium", "information"),
    ("equilibrium", "label_smoothing"),
    ("equilibrium", "max_norm"),
    ("equilibrium", "minibatch_discrimination"),
    ("equilibrium", "noisy_labels"),
    ("equilibrium", "supervise"),
    ("equilibrium", "unroll"),
    ("equilibrium", "virtual_batch_norm"),
    ("exponential_decay", "linear_decay"),
    ("generator_batch", "minibatch_discrimination"),
    ("gradient_penalty", "minibatch_discrimination"),
    ("historical_averaging", "unroll"),
    ("label_smoothing", "noisy_labels"),
    ("max_norm", "spectral_norm"),
    ("minibatch_discrimination", "r1"),
    ("minibatch_discrimination", "r2"),
    ("spectral_norm", "weight_clip"),
}
"""Tricks that exclude each other."""

every_variant = pytest.mark.parametrize("name", ZOO)


def told(variant):
    return SHAPE.classes if variant.game.conditional else 0


@pytest.mark.parametrize("name", [*ZOO, *TOGETHER])
def test_resumed_is_uninterrupted_bit_for_bit(name, tmp_path):
    variant, data = (ZOO | TOGETHER)[name], images()
    whole = build(variant)
    list(train(whole, data.at, steps=9, seed=3))
    half = build(variant)
    for step, _ in train(half, images().at, steps=9, seed=3):
        if step == 4:
            break
    Checkpoints(tmp_path).save(5, {"game": half.state_dict()})
    step, state = Checkpoints(tmp_path).latest()
    again = build(variant, seed=99)
    assert same(whole.state_dict(), again.state_dict())
    again.load_state_dict(state["game"])
    list(train(again, images().at, steps=9, seed=3, first=step))
    assert same(whole.state_dict(), again.state_dict()) == []
    device = torch.device("cpu")
    assert torch.equal(
        draw(whole, 0, range(20), told(variant), device),
        draw(again, 0, range(20), told(variant), device),
    )


@every_variant
def test_only_the_acting_player_moves(name):
    game = build(ZOO[name])
    batch = images().at(0)
    for player in game.players:
        let_learn(player, False)
    for schedule in game.schedules:
        schedule(0, 10)
    for pair in game.pairs:
        for player in pair.players:
            others = [p for other in game.players if other is not player for p in other.parameters]
            before = [p.detach().clone() for p in others]
            own = [p.detach().clone() for p in player.parameters]
            gradients = [p.grad for p in others]
            take_turn(player, player.meet(pair, batch), 1)
            assert all(torch.equal(p, q) for p, q in zip(others, before, strict=True))
            assert all(p.grad is g for p, g in zip(others, gradients, strict=True))
            assert any(not torch.equal(p, q) for p, q in zip(player.parameters, own, strict=True))
            assert not any(p.requires_grad for p in player.parameters)


@every_variant
def test_samples_are_images_and_leave_no_trace(name):
    variant = ZOO[name]
    game = build(variant)
    list(train(game, images().at, steps=3, seed=0))
    before = leaves(game.state_dict())
    drawn = draw(game, 5, range(CHUNK), told(variant), torch.device("cpu"))
    assert drawn.shape == (CHUNK, 1, 8, 8) and drawn.dtype == torch.float32
    assert drawn.isfinite().all() and drawn.abs().max() <= 1
    assert drawn.std(0).max() > 1e-4
    assert same(before, leaves(game.state_dict())) == []
    assert all(network.training for network in game.networks.values())
    shuffled = game.sample(
        [pair.latent.of(5, range(7, 9), k) for k, pair in enumerate(game.pairs)],
        torch.tensor([7, 8]) if told(variant) else None,
    )
    assert torch.allclose(shuffled, drawn[7:9], atol=1e-5)


@every_variant
def test_history_has_a_finite_field_for_each_column(name):
    game = build(ZOO[name])
    history = History.of(game, every=5, batch=8)
    for step, turns in train(game, images().at, steps=10, seed=0):
        history.add(step, turns)
    history.flush()
    header, *rows = [line.split(",") for line in history.csv.splitlines()]
    assert header[:2] == ["step", "images"] and [row[:2] for row in rows] == [
        ["5", "40"],
        ["10", "80"],
    ]
    assert {"critic_gap", *(f"{p.name}_gradient_norm" for p in game.players)} <= set(header)
    assert all(len(row) == len(header) and all(abs(float(v)) < 1e6 for v in row) for row in rows)


@every_variant
def test_dump_is_parsed_back(name):
    assert Variant.parse(ZOO[name].dump()) == ZOO[name]


def test_a_variant_is_a_function_of_its_seed():
    states = []
    for seed in (0, 0, 1):
        game = build(narrow(EXPERIMENT), seed=seed)
        list(train(game, images(seed=seed).at, steps=2, seed=seed))
        states.append(game.state_dict())
    assert same(states[0], states[1]) == []
    assert same(states[0], states[2])


def test_the_order_of_tricks_does_not_matter():
    for one, two in combinations(TRICKS, 2):
        assert on(one, two) == on(two, one)


def test_pairs_that_do_not_go_together():
    """Both orders are refused; a pair that comes to be refused has to be put down here."""
    refused = {(a, b) for a, b in permutations(TRICKS, 2) if not goes(a, b)}
    assert refused == {pair for a, b in APART for pair in ((a, b), (b, a))}
