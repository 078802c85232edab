"""LAPGAN: the pyramid, what each level is told and shows, and how a sample is put together."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from reprogan.checkpoint import Checkpoints
from reprogan.component import ConfigError
from reprogan.game import Batch, Round
from reprogan.games.laplacian import Laplacian as Rules
from reprogan.games.laplacian import depths, draw
from reprogan.games.pyramid import Blurred, down, up
from reprogan.losses import OBJECTIVES
from reprogan.networks.laplacian import Laplacian
from reprogan.networks.modules import Critic
from reprogan.reading import overlay
from reprogan.sampling import draw as sample
from reprogan.trainer import train
from reprogan.tricks import TRICKS
from reprogan.tricks.generator_batch import repeated
from reprogan.variant import Shape, Variant
from small import BATCH, NARROW, NEEDS, SHAPE, build, images, narrow, same

CPU = torch.device("cpu")


def lapgan(levels=2, conditional=False, **over):
    """Small networks on a pyramid."""
    raw = {
        "networks": {"name": "laplacian", **NARROW["laplacian"]},
        "game": {
            "name": "laplacian",
            "levels": levels,
            "latent": 6,
            "conditional": conditional,
        },
        "tricks": {},
    }
    return Variant.parse(overlay({**narrow("dcgan").dump(), **raw}, over))


def batch_of(x, classes=10):
    return Batch(x, torch.arange(len(x)) % classes)


class Detail(nn.Module):
    """The generator that makes the real differences of known images, or coarsest images."""

    def __init__(self, difference):
        super().__init__()
        self.difference = difference

    def forward(self, z, given=None):
        return self.difference if given is None else given.image + self.difference


def test_down_is_the_mean_of_squares_and_up_is_linear_between_corners():
    x = torch.arange(16.0).view(1, 1, 4, 4)
    assert down(x).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert torch.equal(down(x, 0), x) and down(x, 2).item() == 7.5
    row = up(torch.tensor([0.0, 3.0]).view(1, 1, 1, 2).expand(1, 1, 2, 2))[0, 0]
    assert torch.allclose(row, torch.tensor([0.0, 1.0, 2.0, 3.0]).expand(4, 4), atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("levels", [2, 3])
def test_the_pyramid_gives_the_image_back(levels, channels):
    """Generators that make the real differences draw the real images, to the rounding of sums."""
    x = torch.rand(4, channels, 32, 32) * 2 - 1
    game = build(lapgan(levels), shape=Shape(channels, 32))
    seen = [pair.view(batch_of(x)) for pair in game.pairs]
    differences = [batch.x - batch.given.image for batch in seen[:-1]]
    generators = [Detail(difference) for difference in (*differences, seen[-1].x)]
    assert [batch.x.shape[-1] for batch in seen] == [32 >> level for level in range(levels)]
    assert all(difference.abs().max() > 0.1 for difference in differences)
    assert (draw(generators, [None] * levels, None) - x).abs().max() < 1e-6


def test_samples_are_clamped_at_the_end_alone():
    """2 - 1.5 is within bounds, though 2 is not; 3 is cut."""
    generators = [Detail(torch.tensor([[-1.5]])), Detail(torch.full((1, 1, 1, 1), 2.0))]
    assert draw(generators, [None, None], None).flatten().tolist() == [0.5] * 4
    generators = [Detail(torch.tensor([[1.0]])), generators[1]]
    assert draw(generators, [None, None], None).flatten().tolist() == [1.0] * 4


def test_a_finer_pair_is_told_the_image_of_the_next_coarser_level():
    x = images().at(0).x
    finest, coarsest = build(lapgan()).pairs
    told = finest.view(batch_of(x))
    assert torch.equal(told.given.image, up(down(x))) and told.given.y is None
    assert torch.equal(told.x, x)
    assert torch.equal(coarsest.view(batch_of(x)).x, down(x))
    assert coarsest.view(batch_of(x)).given is None


def test_images_whose_class_is_known_are_those_of_the_level():
    x = images().at(0).x
    batch = replace(batch_of(x), labeled=(x + 1, torch.arange(len(x))))
    for level, pair in enumerate(build(lapgan()).pairs):
        labeled, y = pair.view(batch).labeled
        assert torch.equal(labeled, down(x + 1, level)) and torch.equal(y, batch.labeled[1])


@pytest.mark.parametrize("conditional", [False, True])
def test_the_critic_sees_the_sum_of_difference_and_blurred_image(conditional):
    """And nothing beside it but the class: Denton et al. 2015, figure 2."""
    game = build(lapgan(conditional=conditional))
    pair = game.pairs[0]
    seen = []
    pair.critic.network.body[0].register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    round = Round(pair, images().at(0))
    assert round.on_real.score.shape == round.on_fake.score.shape == (BATCH,)
    real, fake = seen
    difference = pair.generator.network.difference(round.z, round.batch.given)
    assert real.shape == fake.shape == (BATCH, 1 + conditional, 8, 8)
    assert torch.equal(real[:, :1], images().at(0).x)
    assert torch.equal(fake[:, :1], round.batch.given.image + difference)


def test_the_generator_sees_noise_the_blurred_image_and_the_plane_of_the_class():
    game = build(lapgan(conditional=True))
    pair = game.pairs[0]
    round, seen = Round(pair, images().at(0)), []
    pair.generator.network.body[0].register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    assert round.fake.shape == (BATCH, 1, 8, 8)
    plane = pair.generator.network.tell.draw.weight.T[round.batch.y].view(BATCH, 1, 8, 8)
    expected = torch.cat([round.z, round.batch.given.image, plane], dim=1)
    assert torch.equal(seen[0], expected) and round.z.abs().max() <= 1


def test_the_noise_is_a_plane_but_on_the_coarsest_level():
    pairs = build(lapgan(3), shape=Shape(3, 16)).pairs
    assert [pair.latent.shape for pair in pairs] == [(1, 16, 16), (1, 8, 8), (6,)]
    assert {pair.latent.prior for pair in pairs} == {"uniform"}


def test_levels_are_independent():
    """Two steps of one pair move no network of another."""
    shape = Shape(1, 16, 10)
    start = build(lapgan(3), shape=shape)
    for acting in range(3):
        game = build(lapgan(3), shape=shape)
        for level, pair in enumerate(game.pairs):
            for player in pair.players:
                player.every = 1 if level == acting else 10
        list(train(game, images(shape=shape).at, steps=2, seed=0))
        for level, pair in enumerate(game.pairs):
            for player, first in zip(pair.players, start.pairs[level].players, strict=True):
                moved = same(player.network.state_dict(), first.network.state_dict())
                assert bool(moved) is (level == acting)


def test_players_are_named_by_their_levels():
    names = [player.name for player in build(lapgan(3), shape=Shape(1, 16)).players]
    assert names == ["critic", "generator", "critic_1", "generator_1", "critic_2", "generator_2"]


@pytest.mark.parametrize(
    ("size", "valid"), [(8, [1, 2]), (16, [1, 2, 3]), (28, [1, 2, 3]), (9, [1]), (3, [])]
)
def test_depths_halve_even_sides_down_to_four_pixels(size, valid):
    assert depths(size) == valid
    for levels in range(1, 6):
        if levels in valid:
            Rules(levels=levels).check(narrow("lapgan"), size)
        else:
            with pytest.raises(ValueError, match=f"game.levels: {levels} levels") as refusal:
                Rules(levels=levels).check(narrow("lapgan"), size)
            named = ", ".join(map(str, valid)) or "none"
            assert str(refusal.value).endswith(f"valid: {named}")


def test_only_its_own_networks_play_on_a_pyramid():
    with pytest.raises(ValueError, match="networks dcgan play the game single"):
        Rules().check(narrow("dcgan"), 8)
    with pytest.raises(ValueError, match="networks laplacian play the game laplacian"):
        narrow("dcgan", networks={"name": "laplacian"}).check(8, 8)


def test_classes_are_shown_on_every_level():
    """The same noise with another class is another image, on each level by itself."""
    game = build(lapgan(conditional=True))
    zero, one = torch.zeros(4, dtype=torch.int64), torch.ones(4, dtype=torch.int64)
    z = [pair.latent.of(0, range(4), k) for k, pair in enumerate(game.pairs)]
    assert not torch.equal(game.sample(z, zero), game.sample(z, one))
    finest, coarsest = game.pairs
    blurred = torch.zeros(4, 1, 8, 8)
    for pair, noise, told in (
        (finest, z[0], lambda y: Blurred(blurred, y)),
        (coarsest, z[1], lambda y: y),
    ):
        assert not torch.equal(
            pair.generator.network(noise, told(zero)), pair.generator.network(noise, told(one))
        )
        x = torch.zeros(4, 1, *([8, 8] if pair is finest else [4, 4]))
        pair.critic.network.eval()
        assert not torch.equal(
            pair.critic.network(x, told(zero)).score, pair.critic.network(x, told(one)).score
        )


def test_a_conditional_pyramid_needs_classes():
    with pytest.raises(ConfigError, match="needs labeled images"):
        build(lapgan(conditional=True), shape=Shape(1, 8))


def test_what_is_told_repeats_with_the_batch():
    finest, coarsest = build(lapgan(conditional=True)).pairs
    once, batch = finest.view(images().at(0)).given, repeated(finest.view(images().at(0)), 3)
    assert torch.equal(batch.given.y, once.y.repeat(3)) and len(batch.x) == 3 * BATCH
    assert torch.equal(batch.given.image, once.image.repeat(3, 1, 1, 1))
    level = coarsest.view(images().at(0))
    assert torch.equal(repeated(level, 2).given, level.y.repeat(2))


def test_the_networks_are_the_papers():
    """Section 4.1 and its code: 7x7, 7x7, 5x5 against 5x5, 5x5 of stride 2; 1200 against 600."""
    networks, shape = Laplacian(), Shape(3, 28)
    generator, critic = networks.finer_generator(shape), networks.finer_critic(shape)
    convolutions = [m for m in generator.modules() if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.kernel_size[0]) for m in convolutions] == [
        (4, 64, 7), (64, 64, 7), (64, 3, 5),
    ]  # fmt: skip
    assert isinstance(generator.body[-1], nn.Conv2d)
    convolutions = [m for m in critic.modules() if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.kernel_size[0], m.stride[0]) for m in convolutions] == [
        (3, 64, 5, 1), (64, 64, 5, 2),
    ]  # fmt: skip
    assert [type(m).__name__ for m in critic.body] == [
        "Conv2d", "ReLU", "Conv2d", "Identity", "ReLU", "Flatten", "Dropout",
    ]  # fmt: skip
    coarse = networks.generator(Shape(3, 7), 100), networks.critic(Shape(3, 7))
    widths = [[m.out_features for m in n.modules() if isinstance(m, nn.Linear)] for n in coarse]
    assert widths == [[1200, 1200, 147], [600, 600, 1]]
    assert [m.p for m in coarse[1].modules() if isinstance(m, nn.Dropout)] == [0.5, 0.5]


@pytest.mark.parametrize("size", [8, 28, 14, 7])
@pytest.mark.parametrize("kernel", [3, 5])
def test_every_pixel_reaches_the_critic(size, kernel):
    """The code's critics, whose convolutions are not padded, miss the last row and column."""
    critic = Laplacian(width=32, critic_kernel=kernel).finer_critic(Shape(1, size)).eval()
    x = torch.randn(1, 1, size, size, requires_grad=True)
    critic(x).features.sum().backward()
    assert critic.features == critic(x).features.shape[1]
    assert (x.grad.abs()[0, 0, [0, -1]].sum(1) > 0).all()
    assert (x.grad.abs()[0, 0, :, [0, -1]].sum(0) > 0).all()


def suits(trick):
    """Whether a pyramid's critics and generators can do with the trick."""
    try:
        with_trick(trick).check(SHAPE.size, BATCH)
    except ValueError:
        return False
    return True


def with_trick(trick):
    return lapgan(**overlay({"tricks": {trick: {}}}, {
        key: value for key, value in NEEDS.get(trick, {}).items() if key not in ("networks", "game")
    }))  # fmt: skip


@pytest.mark.parametrize("trick", [trick for trick in TRICKS if suits(trick)])
def test_a_trick_acts_on_every_level_and_resumes_exactly(trick, tmp_path):
    whole, half = build(with_trick(trick)), build(with_trick(trick))
    before = {
        player.name: player.network.state_dict() for player in build(with_trick(trick)).players
    }
    list(train(whole, images().at, steps=6, seed=3))
    for step, _ in train(half, images().at, steps=6, seed=3):
        if step == 2:
            break
    Checkpoints(tmp_path).save(3, {"game": half.state_dict()})
    again = build(with_trick(trick), seed=9)
    again.load_state_dict(Checkpoints(tmp_path).latest()[1]["game"])
    list(train(again, images().at, steps=6, seed=3, first=3))
    assert same(whole.state_dict(), again.state_dict()) == []
    for player in whole.players:
        assert same(before[player.name], player.network.state_dict())
    assert all(isinstance(pair.critic.network, Critic) for pair in whole.pairs)
    drawn = sample(whole, 0, range(20), 0, CPU)
    assert drawn.shape == (20, 1, 8, 8) and drawn.isfinite().all() and drawn.abs().max() <= 1


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_an_objective_is_played_on_every_level_or_refused_with_its_reason(objective):
    """Each moves both players of each level, and every loss is finite."""
    variant = lapgan(objective={"name": objective})
    if objective == "energy_margin":
        with pytest.raises(
            ValueError, match="errors of reconstruction, which networks laplacian do not make"
        ):
            variant.check(SHAPE.size, BATCH)
        return
    variant.check(SHAPE.size, BATCH)
    game, start = build(variant), build(variant)
    for _, turns in train(game, images().at, steps=2, seed=0):
        assert [turn.player.name for turn in turns] == [player.name for player in game.players]
        assert all(turn.losses["adversarial"].isfinite() for turn in turns)
    for player, before in zip(game.players, start.players, strict=True):
        assert same(before.network.state_dict(), player.network.state_dict()), player.name


def test_standardize__shows_the_critic_mean_0_and_deviation_1():
    """Of the pixels of all real images so far: here 1, 3, then 5, 7: mean 4, variance 5."""
    game = build(lapgan(levels=1, tricks={"standardize": {}}), shape=Shape(1, 4))
    (pair,) = game.pairs
    for low in (1.0, 5.0):
        x = torch.stack([torch.full((1, 4, 4), low), torch.full((1, 4, 4), low + 2)])
        assert torch.equal(pair.view(batch_of(x)).x, x)
    seen = pair.see(torch.full((1, 1, 4, 4), 9.0))
    assert torch.allclose(seen, torch.full_like(seen, (9 - 4) / 5**0.5))
    assert game.stateful["critic_standard"].state_dict()["batches"].item() == 2


def test_standardize__measures_nothing_after_training():
    game = build(lapgan(levels=1, tricks={"standardize": {}}), shape=Shape(1, 4))
    standard = game.stateful["critic_standard"].eval()
    game.pairs[0].view(batch_of(torch.ones(2, 1, 4, 4)))
    assert standard.batches.item() == 0


def test_standardize__measures_each_level_apart():
    game = build(lapgan(tricks={"standardize": {}}))
    list(train(game, images().at, steps=5, seed=0))
    for level, name in enumerate(("critic_standard", "critic_1_standard")):
        x = torch.stack([down(images().at(step).x, level) for step in range(5)])
        standard = game.stateful[name]
        assert standard.mean.item() == pytest.approx(x.mean().item(), abs=1e-6)
        assert standard.square.item() == pytest.approx(x.square().mean().item(), rel=1e-5)
