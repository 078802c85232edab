"""Progressive growing against Karras et al. 2018, by hand and by independent formulas."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from hands import exchange
from reprogan.checkpoint import Checkpoints, load_networks, save_networks
from reprogan.game import Batch
from reprogan.games.progressive import Progressive as Game
from reprogan.games.progressive import fade, faded, growing
from reprogan.networks.modules import Maxout
from reprogan.networks.progressive import Progressive
from reprogan.networks.progressive_modules import (
    RELU_GAIN,
    Growing,
    MinibatchDeviation,
    PixelNorm,
    equalize,
)  # fmt: skip
from reprogan.reading import overlay
from reprogan.trainer import train
from reprogan.tricks import TRICKS
from reprogan.tricks.drift import drift
from reprogan.variant import Shape
from small import NEEDS, SHAPE, build, images, narrow, same

ONE = 1e-12
"""A fade that has just begun, or just not ended: a share that float32 cannot tell from 0 or 1."""


def grow(row="wgan_gp", **over):
    """A small variant with the paper's parts; 8x8 images have one doubling."""
    adam = {"name": "adam", "learning_rate": 0.001, "beta1": 0.0, "beta2": 0.99}
    parts = {
        "networks": {"name": "progressive", "width": 4},
        "game": {"name": "progressive", "latent": 6},
        "tricks": {"drift": {}, "average": {}},
        "n_critic": 1, "critic_optimizer": adam, "generator_optimizer": adam,
    }  # fmt: skip
    return narrow(row, **overlay(parts, over))


def pair_of(size=16, grown=0.0):
    """A generator and a critic of small width, for 16x16 images with two doublings."""
    networks, shape = Progressive(width=4), Shape(1, size)
    torch.manual_seed(0)
    both = networks.generator(shape, 5), networks.critic(shape)
    for network in both:
        grown_to(network, grown)
    return both


def grown_to(network, grown):
    for part in growing(network):
        part.grown = grown
    return network


def enlarged(x, factor):
    """Nearest neighbors, by numpy."""
    return torch.from_numpy(np.kron(x.detach().numpy(), np.ones((1, 1, factor, factor), "f4")))


def shrunk(x, factor):
    """Means of squares, by numpy."""
    n, c, h, w = x.shape
    cut = x.detach().numpy().reshape(n, c, h // factor, factor, w // factor, factor)
    return torch.from_numpy(cut.mean((3, 5)))


@pytest.mark.parametrize(
    ("phase_images", "doublings", "steps", "expected"),
    [
        (None, 1, 9, [0, 0, 0, 0, 1 / 3, 2 / 3, 1, 1, 1]),
        (None, 2, 10, [0, 0, 0, 0.5, 1, 1, 1, 1.5, 2, 2]),
        (20, 2, 13, [0, 0, 0, 0.5, 1, 1, 1, 1.5, 2, 2, 2, 2, 2]),
        (40, 1, 7, [0, 0, 0, 0, 0, 0.25, 0.5]),
    ],
)
def test_phases_are_hold_fade_hold_fade_hold(phase_images, doublings, steps, expected):
    """In batches of 10; the last hold lasts to the end, and a training may end before it."""
    rules = Game(phase_images=phase_images)
    course = [rules.grown(step, steps, 10, doublings) for step in range(steps)]
    assert course == pytest.approx(expected)


def test_a_part_knows_its_level_and_how_far_it_is_faded_in():
    part, facts = Growing(2), []
    for grown in (0.0, 0.25, 1.0, 1.5, 2.0):
        part.grown = grown
        facts.append((part.level, part.alpha, part.factor))
    assert facts == [(0, 1, 4), (1, 0.25, 2), (1, 1, 2), (2, 0.5, 1), (2, 1, 1)]


def test_real_images_fade_by_hand():
    part, x = Growing(1), torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    assert faded(part, x).flatten().tolist() == [3, 3, 3, 3]
    part.grown = 0.25
    assert faded(part, x).flatten().tolist() == [2.5, 2.75, 3, 3.75]
    part.grown = 1.0
    assert faded(part, x).flatten().tolist() == [1, 2, 3, 6]


@pytest.mark.parametrize("level", [0, 1])
def test_a_fade_begins_with_the_lower_level_and_ends_with_the_upper(level):
    generator, critic = pair_of()
    z, x = torch.randn(7, 5), torch.randn(7, 1, 16, 16)
    for nearly, whole in ((level + ONE, level), (level + 1 - ONE, level + 1)):
        image, twin = (grown_to(generator, grown)(z) for grown in (nearly, float(whole)))
        assert torch.equal(image, twin)
        score, again = (grown_to(critic, grown)(x).score for grown in (nearly, float(whole)))
        assert torch.allclose(score, again, atol=1e-5)
        part = growing(critic)[0]
        assert torch.allclose(faded(grown_to(part, nearly), x), faded(grown_to(part, whole), x))


def test_the_generator_fades_between_two_images():
    generator, _ = pair_of(grown=1.3)
    z, body = torch.randn(3, 5), generator.body
    h = body.first(z)
    middle = body.blocks[0](h)
    coarse = enlarged(body.to_image[1](middle), 2)
    fine = body.to_image[2](body.blocks[1](middle))
    assert torch.allclose(generator(z), 0.7 * coarse + 0.3 * fine, atol=1e-5)
    grown_to(generator, 0.3)
    mixed = 0.7 * enlarged(body.to_image[0](h), 2) + 0.3 * body.to_image[1](middle)
    assert torch.allclose(generator(z), enlarged(mixed, 2), atol=1e-5)


def test_the_critic_fades_between_two_ways_in():
    _, critic = pair_of(grown=0.3)
    x, body = torch.randn(3, 1, 16, 16), critic.body
    coarse = body.from_image[0](shrunk(x, 4))
    fine = body.blocks[0](body.from_image[1](shrunk(x, 2)))
    expected = critic.head(body.last(0.7 * coarse + 0.3 * fine))[:, 0]
    assert torch.allclose(critic(x).score, expected, atol=1e-5)
    grown_to(critic, 2.0)
    full = body.last(body.blocks[0](body.blocks[1](body.from_image[2](x))))
    assert torch.allclose(critic(x).score, critic.head(full)[:, 0], atol=1e-5)


def test_real_and_generated_images_are_equally_coarse():
    """Enlarging what is shrunk changes nothing, whatever the networks draw or are shown."""
    generator, critic = pair_of()
    for grown, factor in ((0.0, 4), (0.6, 2), (1.0, 2)):
        for image in (
            grown_to(generator, grown)(torch.randn(2, 5)),
            fade(grown_to(growing(critic)[0], grown), batch_of(16)).x,
        ):
            assert image.shape == (2, 1, 16, 16)
            assert torch.allclose(enlarged(shrunk(image, factor), factor), image, atol=1e-6)


def batch_of(size):
    x, y = torch.randn(2, 1, size, size), torch.zeros(2, dtype=torch.int64)
    return Batch(x, y, labeled=(x.flip(0), y))


def test_images_of_known_class_are_faded_too():
    part, batch = Growing(1), batch_of(8)
    x, _ = fade(part, batch).labeled
    assert torch.equal(x, fade(part, batch).x.flip(0))


def test_channels_halve_beyond_32_pixels_as_in_table_2():
    widths = dict(zip((4 << k for k in range(9)), Progressive().widths(1024), strict=True))
    assert widths == {
        4: 512, 8: 512, 16: 512, 32: 512, 64: 256, 128: 128, 256: 64, 512: 32, 1024: 16,
    }  # fmt: skip


def test_layers_are_those_of_table_2():
    generator, critic = pair_of(size=8)
    assert kinds(generator.body.first) == [
        "PixelNorm", "Linear", "Unflatten", "LeakyReLU", "PixelNorm", "Conv2d", "LeakyReLU", "PixelNorm",
    ]  # fmt: skip
    assert kinds(generator.body.blocks[0]) == [
        "Upsample", "Conv2d", "LeakyReLU", "PixelNorm", "Conv2d", "LeakyReLU", "PixelNorm",
    ]  # fmt: skip
    assert kinds(critic.body.blocks[0]) == [
        "Conv2d", "Identity", "LeakyReLU", "Conv2d", "Identity", "LeakyReLU", "AvgPool2d",
    ]  # fmt: skip
    assert kinds(critic.body.last) == [
        "MinibatchDeviation", "Conv2d", "Identity", "LeakyReLU", "Conv2d", "LeakyReLU", "Flatten",
    ]  # fmt: skip
    slopes = {m.negative_slope for m in [*generator.modules(), *critic.modules()] if hasattr(m, "negative_slope")}  # fmt: skip
    assert slopes == {0.2}
    assert not any(isinstance(m, PixelNorm) for m in critic.modules())


def kinds(sequence):
    return [type(layer).__name__.removeprefix("Parametrized") for layer in sequence]


def test_pixel_norm_by_hand():
    x = torch.tensor([[3.0, 4.0]])
    assert PixelNorm()(x)[0].tolist() == pytest.approx([3 / 12.5**0.5, 4 / 12.5**0.5])
    picture = torch.randn(2, 5, 3, 3)
    assert torch.allclose(PixelNorm()(picture).square().mean(1), torch.ones(2, 3, 3), atol=1e-4)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 8, 9])
def test_minibatch_deviation_against_plain_loops(n):
    x = torch.randn(n, 3, 2, 2)
    whole = MinibatchDeviation(4)(x)
    assert whole.shape == (n, 4, 2, 2) and torch.equal(whole[:, :3], x)
    groups = math.ceil(n / 4)
    for i in range(n):
        mine = [x[k].double() for k in range(n) if k % groups == i % groups]
        assert len(mine) <= 4
        deviations = []
        for place in np.ndindex(3, 2, 2):
            values = [image[place].item() for image in mine]
            mean = sum(values) / len(values)
            variance = sum((value - mean) ** 2 for value in values) / len(values)
            deviations.append(math.sqrt(variance + 1e-8))
        expected = sum(deviations) / len(deviations)
        assert whole[i, 3].flatten().tolist() == pytest.approx([expected] * 4, rel=1e-4)


def test_minibatch_deviation_lets_gradients_through():
    x = torch.randn(5, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(MinibatchDeviation(4), x)
    assert torch.autograd.gradgradcheck(MinibatchDeviation(4), x)


def test_learning_rates_are_equalized():
    """Weights N(0, 1) act times gain / sqrt(fan in): of He but for the last layers, whose is 1."""
    networks, shape = Progressive(width=64), Shape(3, 8)
    generator, critic = networks.generator(shape, 64), networks.critic(shape)
    body, judge = generator.body, critic.body
    for layer, gain, fan in (
        (body.first[1], RELU_GAIN / 4, 64),
        (body.blocks[0][1], RELU_GAIN, 64 * 9),
        (body.to_image[1], 1.0, 64),
        (judge.from_image[0][0], RELU_GAIN, 3),
        (judge.last[1], RELU_GAIN, 65 * 9),
        (judge.last[4], RELU_GAIN, 64 * 16),
        (critic.head, 1.0, 64),
    ):
        trained = layer.parametrizations.weight.original
        assert torch.allclose(layer.weight, trained * gain / fan**0.5)
        assert trained.std().item() == pytest.approx(1, abs=6 / trained.numel() ** 0.5)
        assert not layer.bias.any()


def test_what_is_added_to_a_critic_is_equalized_once():
    _, critic = pair_of(size=8)
    critic.add_head("class", 3)
    critic.project_on(3)
    critic.mix_with(Maxout(4, 7, 2), 7)
    for layer, fan in ((critic.head, 7), (critic.heads["class"], 7), (critic.project, 4)):
        (scale,) = layer.parametrizations.weight
        assert scale.scale == pytest.approx(fan**-0.5)
    equalize(critic, 1.0)
    assert len(critic.head.parametrizations.weight) == 1


def test_spectral_norm_is_of_the_weights_that_act():
    tricks = {"spectral_norm": {"power_iterations": 50}}
    critic = build(grow(tricks=tricks)).networks["critic"]
    for layer in critic.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            values = torch.linalg.svdvals(layer.weight.flatten(1))
            assert values[0].item() == pytest.approx(1, abs=1e-3)


def test_drift__is_the_mean_square_of_the_score_of_real_images():
    pair, round = exchange(0.5, 9.0, (2.0, 4.0))
    assert drift(round).item() == pytest.approx(9)
    game = build(grow())
    assert game.pairs[0].critic.terms["drift"].weight == 0.001
    round.batch.x[0] = 0
    del round.on_real
    assert drift(round).item() == pytest.approx(9 * 3 / 4)


def test_optimizers_forget_at_the_borders_of_phases_and_nowhere_else():
    """Nine steps: three of each phase; the first of a fade is still the level below."""
    game, counts = build(grow()), []
    for _ in train(game, images().at, steps=9, seed=0):
        for player in game.players:
            updates = {s["step"].item() for s in player.optimizer.state.values()}
            counts.append(updates.pop())
            assert not updates
    assert counts[::2] == counts[1::2] == [1, 2, 3, 4, 1, 2, 1, 2, 3]


def test_levels_that_are_not_reached_are_left_alone():
    """By the optimizers, and by the average, which is of the same weights as yet."""
    game = build(grow())
    names = {"generator": ("blocks", "to_image.1"), "critic": ("blocks", "from_image.1")}
    first = {n: parts(net, names) for n, net in game.networks.items()}
    for step, _ in train(game, images().at, steps=9, seed=0):
        for name, network in game.networks.items():
            moved = same(parts(network, names), first[name])
            assert bool(moved) == (step > 3), (step, name)


def parts(network, names):
    wanted = [word for words in names.values() for word in words]
    return {
        name: p.detach().clone()
        for name, p in network.named_parameters()
        if any(word in name for word in wanted)
    }


@pytest.mark.parametrize("stop", range(1, 9))
def test_resumed_is_uninterrupted_wherever_it_stops(stop, tmp_path):
    variant = grow()
    whole = build(variant)
    list(train(whole, images().at, steps=9, seed=3))
    half = build(variant)
    for step, _ in train(half, images().at, steps=9, seed=3):
        if step + 1 == stop:
            break
    Checkpoints(tmp_path).save(stop, {"game": half.state_dict()})
    first, state = Checkpoints(tmp_path).latest()
    again = build(variant, seed=99)
    again.load_state_dict(state["game"])
    assert torch.equal(drawn(half), drawn(again))
    list(train(again, images().at, steps=9, seed=3, first=first))
    assert same(whole.state_dict(), again.state_dict()) == []


@pytest.mark.parametrize("stop", [2, 6, 9])
def test_weights_carry_how_far_they_have_grown(stop, tmp_path):
    game, again = build(grow()), build(grow(), seed=9)
    for step, _ in train(game, images().at, steps=9, seed=0):
        if step + 1 == stop:
            break
    save_networks(game, tmp_path / "weights.safetensors")
    load_networks(again, tmp_path / "weights.safetensors")
    assert torch.equal(drawn(game), drawn(again))
    coarse = drawn(game)[:, :, ::2, ::2].repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.equal(drawn(game), coarse) == (stop < 5)


def drawn(game):
    return game.sample([game.pairs[0].latent.of(0, range(5))])


def test_samples_are_cut_to_their_range():
    game = build(grow())
    game.networks["generator_average"].body.to_image[0].bias.data.fill_(0.9)
    assert drawn(game).max() == 1 and game.networks["generator_average"].training


@pytest.mark.parametrize(
    ("start", "size", "fits"),
    [(4, 8, True), (4, 1024, True), (7, 28, True), (4, 28, False), (4, 4, False), (4, 12, False)],
)
def test_a_size_is_the_start_doubled(start, size, fits):
    networks = Progressive(start=start)
    if fits:
        networks.check(size)
        assert Progressive(start=start, width=2).widths(size)[0] == 2
    else:
        with pytest.raises(ValueError, match=f"8, 16, 32, 64.* pixels; data.size is {size}"):
            networks.check(size)


def test_networks_and_game_belong_to_each_other():
    with pytest.raises(ValueError, match="progressive play the game progressive; got single"):
        grow(game={"name": "single"}).check(8, 8)
    with pytest.raises(ValueError, match="dcgan play the game single; got progressive"):
        grow(networks={"name": "dcgan"}).check(8, 8)


@pytest.mark.parametrize("told", ["input", "projection", "nothing"])
def test_classes_are_told(told):
    game = {"name": "progressive", "latent": 6, "conditional": True, "critic_told": told}
    variant = grow(game=game, tricks={"auxiliary_classifier": {}} if told == "nothing" else {})
    variant.check(8, 8)
    built = build(variant)
    list(train(built, images().at, steps=6, seed=0))
    z = built.pairs[0].latent.of(0, range(5)) * 0
    image = built.sample([z], torch.arange(5))
    assert all(not torch.equal(a, b) for a, b in pairwise(image))


@pytest.mark.parametrize("trick", TRICKS)
def test_every_trick_goes_with_growing_networks(trick):
    """Resumed in a fade it is bit for bit what was not interrupted."""
    needs = {key: value for key, value in NEEDS.get(trick, {}).items() if key != "networks"}
    variant = grow("dcgan", **overlay({"tricks": {trick: {}}}, needs))
    try:
        variant.check(SHAPE.size, 8)
    except ValueError:
        pytest.skip("it is refused here")
    whole, half, again = (build(variant, seed=seed) for seed in (0, 0, 99))
    list(train(whole, images().at, steps=9, seed=3))
    for step, _ in train(half, images().at, steps=9, seed=3):
        if step == 4:
            break
    again.load_state_dict(half.state_dict())
    list(train(again, images().at, steps=9, seed=3, first=5))
    assert same(whole.state_dict(), again.state_dict()) == []
    assert all(p.isfinite().all() for net in whole.networks.values() for p in net.parameters())
