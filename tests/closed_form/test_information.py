"""InfoGAN's noise, head and term, against values worked out by hand."""

import math

import pytest
import torch

from reprogan.game import Batch, Round, Verdict
from reprogan.latent import Latent
from reprogan.sampling import draw
from reprogan.trainer import let_learn, train
from reprogan.tricks.coded_latent import CodedLatent
from reprogan.tricks.information import surprise
from small import BATCH, SHAPE, build, images, narrow, on

CODED = CodedLatent((20,), "normal", categories=4, continuous=3)


@pytest.mark.parametrize("z", [CODED.draw(8000, torch.device("cpu")), CODED.of(3, range(8000))])
def test_information__noise_is_a_category_numbers_and_noise(z):
    category, numbers, rest = z[:, :4], z[:, 4:7], z[:, 7:]
    assert ((category == 0) | (category == 1)).all() and (category.sum(1) == 1).all()
    assert category.mean(0).tolist() == pytest.approx([0.25] * 4, abs=0.02)
    assert numbers.abs().max() <= 1 and abs(numbers.mean()) < 0.02
    assert numbers.std().item() == pytest.approx(3**-0.5, rel=0.02)
    assert abs(rest.mean()) < 0.02 and rest.std().item() == pytest.approx(1, rel=0.02)
    assert z.shape == (8000, 20) and z.dtype == torch.float32


def test_information__noise_of_a_sample_depends_on_its_place_only():
    z = CODED.of(3, range(40))
    assert torch.equal(CODED.of(3, range(10, 13)), z[10:13])
    assert z[:, :4].argmax(1).tolist() == [i % 4 for i in range(40)]
    assert torch.equal(z[:, 7:], Latent((20,)).of(3, range(40))[:, 7:])
    assert not torch.equal(CODED.of(4, range(3)), z[:3])


def test_information__is_the_surprise_of_the_head():
    """Two images: -log softmax of the right category, and half the squared error of the numbers."""
    round = Round.__new__(Round)
    round.z = torch.tensor([[1.0, 0.0, 0.5, -0.5, 9.0], [0.0, 1.0, -1.0, 1.0, 9.0]])
    said = torch.tensor([[2.0, 0.0, 0.0, 0.0], [2.0, 0.0, -1.0, 0.5]])
    round.on_fake = Verdict(torch.zeros(2), torch.zeros(2, 1), {"code": said})
    right, wrong = math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))
    expected = (right + wrong) / 2 + ((0.25 + 0.25) / 2 + 0.25 / 2) / 2
    assert surprise(2, 2, round).item() == pytest.approx(expected, rel=1e-6)


def test_information__is_in_both_losses_and_trains_its_head_in_the_critics_turn_only():
    game = build(on("information"))
    pair = game.pairs[0]
    head = pair.critic.network.heads["code"]
    assert head.out_features == 12
    assert any(p is head.weight for p in pair.critic.parameters)
    assert not any(p is head.weight for p in pair.generator.parameters)
    x = images().at(0)
    for player in game.players:
        let_learn(player, False)
    for player in pair.players:
        let_learn(player, True)
        loss = player.terms["information"].term(Round(pair, Batch(x.x, x.y)))
        loss.backward()
        let_learn(player, False)
        assert (head.weight.grad is not None) == (player is pair.critic)
        assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in player.parameters)
        head.weight.grad = None


def test_information__is_told_from_the_images():
    """A head that knows nothing is at log 10 + 2 / 6 = 2.64; the two learn to agree on more."""
    game = build(on("information", critic_optimizer={"name": "adam", "learning_rate": 0.01},
                    generator_optimizer={"name": "adam", "learning_rate": 0.01}))  # fmt: skip
    losses = [
        turns[1].losses["information"].item()
        for _, turns in train(game, images().at, steps=80, seed=0)
    ]
    assert losses[0] > 2.3 and sum(losses[-10:]) / 10 < 2


def test_information__shows_a_category_in_each_column_of_a_sample():
    """Images 0 and 10 share their category and differ in the rest."""
    game = build(on("information"))
    one = draw(game, 5, range(100), 0, torch.device("cpu"))
    assert one.shape == (100, 1, 8, 8) and not torch.equal(one[0], one[10])
    assert game.pairs[0].latent.of(5, range(11))[[0, 10], :10].argmax(1).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("over", "why"),
    [
        ({"game": {"latent": 11}}, r"at least 10 \+ 2; got 11"),
        (
            {
                "game": {"latent": 16},
                "networks": {"name": "autoencoder"},
                "objective": {"name": "energy_margin"},
            },
            "autoencoder take none",
        ),
    ],
)
def test_information__is_refused_where_it_cannot_act(over, why):
    with pytest.raises(ValueError, match=why):
        narrow("dcgan", tricks={"information": {}}, **over).check(SHAPE.size, BATCH)
