"""Critics that are auto-encoders, and the parts of EBGAN and BEGAN, against values by hand."""

import pytest
import torch

from hands import Linear, exchange
from reprogan.game import Batch, Game, Round, Verdict
from reprogan.games.single import draw
from reprogan.losses import OBJECTIVES
from reprogan.trainer import train
from reprogan.tricks import TRICKS
from reprogan.tricks.pulling_away import likeness
from small import BATCH, SHAPE, build, images, narrow

AUTOENCODER = {"name": "autoencoder", "width": 4, "code": 6}


def test_energy_is_pushed_up_to_the_margin_image_by_image():
    """Energies of fakes 1 and 5 with a margin of 3: (3 - 1) / 2, not max(0, 3 - 3)."""
    pair, round = exchange(0.5, 0.0)
    round.fake = torch.tensor([-1.0, -5.0]).view(2, 1, 1, 1)
    assert OBJECTIVES["energy_margin"](margin=3.0).critic(round).item() == pytest.approx(-0.5 + 1)


@pytest.mark.parametrize(("error", "expected"), [("absolute", 0.25), ("euclidean", 2.0)])
def test_the_score_is_minus_the_error_of_reconstruction(error, expected):
    """A decoder that says tanh(0) = 0 of every image, on images of 0.25 in 64 pixels."""
    game = build(narrow("dcgan", networks=AUTOENCODER | {"error": error}))
    critic = game.networks["critic"]
    for parameter in critic.decoder.parameters():
        parameter.data.zero_()
    verdict = critic(torch.full((3, 1, 8, 8), -0.25))
    assert verdict.score.tolist() == pytest.approx([-expected] * 3)
    assert verdict.features.shape == (3, 6)


def test_the_code_is_all_that_the_decoder_is_told():
    game = build(narrow("cgan", networks=AUTOENCODER))
    critic, x = game.networks["critic"], torch.rand(2, 1, 8, 8) - 0.5
    verdict = critic(x, torch.tensor([0, 1]))
    again = (x - critic.decoder(verdict.features)).abs().mean((1, 2, 3))
    assert torch.equal(verdict.score, -again)
    assert not torch.equal(critic(x, torch.tensor([0, 2])).features[1], verdict.features[1])


class Codes(Linear):
    """Features that do not depend on the image."""

    def forward(self, x, given=None):
        return Verdict(x.flatten(1) @ self.w, torch.tensor([[2.0, 0.0], [3.0, 0.0], [1.0, 1.0]]))


def test_pulling_away__is_the_mean_squared_cosine_of_two_different_images():
    """Of three pairs the cosines are 1 and twice 1 / sqrt 2."""
    _, round = exchange(0.1, 0.2, critic=Codes([1.0]), n=3)
    assert likeness(round).item() == pytest.approx((1 + 0.5 + 0.5) / 3)


def test_pulling_away__is_the_generators_and_has_the_papers_weight():
    pair, _ = exchange(0.1, 0.2)
    TRICKS["pulling_away"]().apply(Game([pair], draw))
    assert pair.generator.terms["pulling_away"].weight == 0.1
    assert not pair.critic.terms
    with pytest.raises(ValueError, match="pulling_away needs 2 images"):
        TRICKS["pulling_away"]().check(narrow("dcgan"), 1)


def balanced(real, fake, **fields):
    """A round in which L(x) = -real and L(G(z)) = -fake, and its pair under control."""
    pair, round = exchange(real, fake)
    game = Game([pair], draw)
    TRICKS["equilibrium"](**fields).apply(game)
    return pair, round, game


def test_equilibrium__steers_k_by_what_is_left_of_the_balance():
    """L(x) = 1, L(G) = .3, gamma .5: k moves by gain * .2, and the loss is 1 - k * .3."""
    pair, round, game = balanced(-1.0, -0.3, gain=0.1)
    term, (steer,) = pair.critic.terms["adversarial"].term, pair.critic.after
    for k in (0.0, 0.02, 0.04):
        assert term(round).item() == pytest.approx(1 - k * 0.3)
        steer()
    state = game.state_dict()["critic_control"]
    assert state["k"].item() == pytest.approx(0.06)


def test_equilibrium__keeps_k_between_0_and_1():
    for real, k in ((-100.0, 1.0), (0.0, 0.0)):
        pair, round, game = balanced(real, -0.3, gain=0.1)
        pair.critic.terms["adversarial"].term(round)
        pair.critic.after[0]()
        assert game.state_dict()["critic_control"]["k"].item() == k


def test_equilibrium__of_k_1_is_the_wasserstein_loss():
    pair, round, game = balanced(-1.0, -0.3)
    game.stateful["critic_control"].k.fill_(1)
    expected = OBJECTIVES["wasserstein"]().critic(round)
    assert pair.critic.terms["adversarial"].term(round).item() == pytest.approx(expected.item())


def test_equilibrium__shows_convergence_and_does_not_train_on_it():
    """M = 1 + |.5 - .3|, and 1 + |.5 - .9| on the other side."""
    for fake, measure in ((-0.3, 1.2), (-0.9, 1.4)):
        pair, round, _ = balanced(-1.0, fake)
        value = pair.critic.terms["convergence"].term(round)
        assert value.item() == pytest.approx(measure) and not value.requires_grad


def test_equilibrium__raises_k_while_the_fakes_are_too_easy():
    over = {"networks": AUTOENCODER, "objective": {"name": "wasserstein"}}
    game = build(narrow("dcgan", **over, tricks={"equilibrium": {"gain": 0.1}}))
    list(train(game, images().at, steps=3, seed=0))
    assert 0 < game.state_dict()["critic_control"]["k"] < 0.3


def test_equilibrium__is_refused_where_there_is_nothing_to_balance():
    for over, why in (
        ({"objective": {"name": "wasserstein"}}, "errors of reconstruction"),
        (
            {"networks": AUTOENCODER, "objective": {"name": "energy_margin"}},
            "two parts of the objective wasserstein; got energy_margin",
        ),
    ):
        with pytest.raises(ValueError, match=why):
            narrow("dcgan", tricks={"equilibrium": {}}, **over).check(SHAPE.size, BATCH)


def test_relativistic_pairs_images_one_by_one():
    """Real (0, 4) against fake (0, 4): softplus(0); the means would be the same in another order."""
    pair, _ = exchange(0.0, 0.0)
    for fakes, expected in (((0.0, 4.0), 0.6931472), ((4.0, 0.0), (4.0181499 + 0.0181499) / 2)):
        round = Round(pair, Batch(torch.tensor([0.0, 4.0]).view(2, 1, 1, 1), torch.zeros(2)))
        round.fake = torch.tensor(fakes).view(2, 1, 1, 1)
        for loss in (OBJECTIVES["relativistic"]().critic, OBJECTIVES["relativistic"]().generator):
            assert loss(round).item() == pytest.approx(expected)
    assert OBJECTIVES["relativistic"].paired
