"""How networks learn the class, and what they make of it, against values worked out by hand."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from hands import Constant, exchange
from reprogan.game import Batch, Game, Pair, Player, Round, Verdict
from reprogan.games.single import draw
from reprogan.latent import Latent
from reprogan.networks import NETWORKS
from reprogan.tricks import TRICKS
from reprogan.variant import Shape
from small import SHAPE, build, images, narrow, on

PROJECTION = {"conditional": True, "critic_told": "projection"}
FAMILIES = {"dcgan": {"width": 4}, "resnet": {"width": 4}}


@pytest.mark.parametrize("networks", FAMILIES)
def test_projection_adds_the_class_vector_times_the_features(networks):
    """Miyato & Koyama 2018, eq. 3: D(x, a) - D(x, b) = <v_a - v_b, phi(x)>; psi is the linear head."""
    critic = NETWORKS[networks](**FAMILIES[networks]).critic(Shape(1, 8))
    x, a, b = torch.randn(5, 1, 8, 8), torch.full((5,), 3), torch.full((5,), 7)
    plain = critic(x)
    critic.project_on(10)
    one, other = critic(x, a), critic(x, b)
    v = critic.project.weight
    assert torch.allclose(one.score - other.score, one.features @ (v[3] - v[7]), atol=1e-6)
    assert torch.allclose(one.score - plain.score, one.features @ v[3], atol=1e-6)
    assert torch.equal(one.features, plain.features)


def test_a_projecting_critic_is_told_by_nothing_else():
    game = build(narrow("dcgan", game=PROJECTION))
    critic = game.pairs[0].critic.network.eval()
    assert critic.tell is None and critic.project.num_embeddings == SHAPE.classes
    critic.project.weight.data.zero_()
    x, told = torch.randn(2, 1, 8, 8), torch.tensor([1, 2])
    assert torch.equal(critic(x, told).score, critic(x, 9 - told).score)


def test_spectral_norm_reaches_the_projection():
    tricks = {"spectral_norm": {"power_iterations": 50}}
    game = build(narrow("dcgan", game=PROJECTION, tricks=tricks))
    weight = game.pairs[0].critic.network.project.weight
    assert torch.linalg.svdvals(weight)[0].item() == pytest.approx(1, abs=1e-3)


def test_a_critic_told_nothing_judges_the_image_alone():
    game = build(narrow("dcgan", game={"conditional": True, "critic_told": "nothing"}))
    pair = game.pairs[0]
    pair.critic.network.eval(), pair.generator.network.eval()
    x, z, told = torch.randn(2, 1, 8, 8), torch.randn(2, 6), torch.tensor([1, 2])
    assert torch.equal(pair.critic.network(x, told).score, pair.critic.network(x, 9 - told).score)
    made = pair.generator.network(z, told)
    assert not torch.allclose(made, pair.generator.network(z, 9 - told))


@pytest.mark.parametrize("told", ["projection", "nothing"])
def test_ways_to_tell_are_for_conditional_games(told):
    with pytest.raises(ValueError, match=f"{told} is for a conditional game"):
        narrow("dcgan", game={"critic_told": told}).check(8, 8)


class Sorter(nn.Module):
    """Three classes, whose logits are (x, 0, 0)."""

    def add_head(self, name: str, outputs: int) -> None:
        self.head = (name, outputs)

    def forward(self, x, given=None):
        first = x.flatten(1)
        return Verdict(first[:, 0], first, {"class": nn.functional.pad(first, (0, 2))})


def sorted_round(real, fake, classes):
    pair = Pair(Player("critic", Sorter()), Player("generator", Constant(fake, 1)), Latent((2,)))
    game = Game([pair], draw)
    game.classes = 3
    TRICKS["auxiliary_classifier"](weight=2.0, generator_weight=0.1).apply(game)
    x = torch.full((len(classes), 1, 1, 1), real)
    return pair, Round(pair, Batch(x, torch.tensor(classes)))


def test_auxiliary_classifier__is_the_log_probability_of_the_class():
    """-log P(0) = log(e^x + 2) - x and -log P(1) = log(e^x + 2), averaged over the images."""
    pair, round = sorted_round(1.5, -0.5, [0, 0, 0, 1])
    of_real = math.log(math.exp(1.5) + 2) - 0.75 * 1.5
    of_fake = math.log(math.exp(-0.5) + 2) + 0.75 * 0.5
    assert pair.critic.network.head == ("class", 3)
    critic, generator = pair.critic.terms["class"], pair.generator.terms["class"]
    assert (critic.weight, generator.weight) == (2.0, 0.1)
    assert critic.term(round).item() == pytest.approx(of_real + of_fake, rel=1e-5)
    assert generator.term(round).item() == pytest.approx(of_fake, rel=1e-5)


def test_auxiliary_classifier__generator_asks_for_no_real_images():
    pair, round = sorted_round(1.5, -0.5, [0, 1])
    pair.generator.terms["class"].term(round)
    assert "on_real" not in round.__dict__


@pytest.mark.parametrize(
    "game", [{}, {"conditional": True}, {"conditional": True, "critic_told": "projection"}]
)
def test_auxiliary_classifier__needs_a_critic_that_is_not_told(game):
    with pytest.raises(ValueError, match="conditional: true and game.critic_told: nothing"):
        narrow("dcgan", game=game, tricks={"auxiliary_classifier": {}}).check(8, 8)


def test_auxiliary_classifier__needs_labels():
    with pytest.raises(ValueError, match="needs labeled images"):
        build(on("auxiliary_classifier"), shape=replace(SHAPE, classes=0))


def test_generator_batch__is_the_batch_over_again_in_the_generators_turn_only():
    game = build(on("generator_batch", game={"conditional": True}))
    pair, batch = game.pairs[0], images().at(0)
    critic, generator = pair.critic.meet(pair, batch), pair.generator.meet(pair, batch)
    assert len(critic.fake) == len(critic.z) == 8
    assert len(generator.fake) == len(generator.z.unique(dim=0)) == 16
    assert torch.equal(generator.batch.x, torch.cat([batch.x, batch.x]))
    assert torch.equal(generator.batch.given, torch.cat([batch.y, batch.y]))
    assert generator.on_fake.score.shape == (16,)


def test_generator_batch__takes_what_is_told_and_what_is_known_with_it():
    x, y = torch.arange(2.0).view(2, 1, 1, 1), torch.arange(2)
    pair, _ = exchange(0.0, 0.0)
    TRICKS["generator_batch"](times=3).apply(Game([pair], draw))
    batch = pair.generator.meet(pair, Batch(x, y, given=y + 5, labeled=(x + 1, y + 1))).batch
    assert batch.x.flatten().tolist() == [0, 1] * 3 and batch.y.tolist() == [0, 1] * 3
    assert batch.given.tolist() == [5, 6] * 3
    assert [part.flatten().tolist() for part in batch.labeled] == [[1, 2] * 3] * 2


def test_generator_batch__is_not_for_pairs_of_real_and_generated_images():
    with pytest.raises(ValueError, match="pairs each generated image"):
        on("generator_batch", objective={"name": "relativistic"}).check(8, 8)
