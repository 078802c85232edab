"""Salimans et al. 2016: each technique against a plain loop, or a value worked out by hand."""

import math

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from hands import exchange, softplus
from reprogan.component import ConfigError
from reprogan.game import Batch, Game, Round
from reprogan.games.single import draw
from reprogan.networks.minibatch_modules import Closeness, Distances
from reprogan.networks.virtual_modules import VirtualNorm
from reprogan.trainer import let_learn, train
from reprogan.tricks import TRICKS
from reprogan.tricks.feature_matching import distance
from reprogan.variant import Variant
from small import BATCH, SHAPE, build, images, narrow, on

SUPERVISED = {"supervise": {}}
FAST = {
    f"{player}_optimizer": {"name": "adam", "learning_rate": 0.01}
    for player in ("critic", "generator")
}


def refused(match, batch=BATCH, row="dcgan", **over):
    with pytest.raises(ValueError, match=match):
        narrow(row, **over).check(SHAPE.size, batch)


def test_feature_matching__is_of_batch_means():
    """Single images are far from one another, and the means are equal: nothing is to be done."""
    _, round = exchange(0.0, 0.5, (1.0, 1.0), n=2)
    round.batch.x[0], round.batch.x[1] = 2.0, -1.0
    assert distance(round, "squared").item() == distance(round, "absolute").item() == 0


def test_feature_matching__by_hand():
    """Means .3 and -.2 in each of 3 features: 3 * .5^2, and .5."""
    for norm, value in (("squared", 0.75), ("absolute", 0.5)):
        _, round = exchange(0.3, -0.2, (1.0, 2.0, 3.0))
        assert distance(round, norm).item() == pytest.approx(value)


def test_feature_matching__moves_the_generator_only():
    pair, round = exchange(0.3, -0.2, (1.0, 1.0))
    for player in pair.players:
        let_learn(player, False)
    let_learn(pair.generator, True)
    distance(round, "squared").backward()
    assert pair.generator.network.value.grad.item() == pytest.approx(2 * -2 * 0.5)
    assert pair.critic.network.w.grad is None
    assert not round.on_real.features.requires_grad


@pytest.mark.parametrize("alone", [True, False])
def test_feature_matching__alone_or_as_one_more_term(alone):
    game = build(narrow("dcgan", tricks={"feature_matching": {"weight": 3.0, "alone": alone}}))
    terms = game.pairs[0].generator.terms
    assert ("adversarial" in terms) is not alone
    assert terms["feature_matching"].weight == 3.0
    assert list(game.pairs[0].critic.terms) == ["adversarial"]


def closeness_by_loops(layer, features, kernels):
    tensor = layer.tensor.weight.view(layer.dimensions, kernels, -1)
    rows = []
    for i, x in enumerate(features):
        row = list(x)
        for b in range(kernels):
            others = [y for j, y in enumerate(features) if j != i]
            gaps = [sum(abs((x - y) @ t) for t in tensor[:, b]) for y in others]
            row.append(sum(torch.exp(-gap) for gap in gaps) + layer.bias[b])
        rows.append(torch.stack([torch.as_tensor(value) for value in row]))
    return torch.stack(rows)


def test_minibatch_discrimination__is_the_sum_over_the_others_of_exp_minus_distance():
    torch.manual_seed(0)
    layer = Closeness(6, kernels=4, dimensions=3).double()
    with torch.no_grad():
        layer.bias.copy_(torch.tensor([0.0, 1.0, -2.0, 0.5]))
    features = torch.randn(5, 6, dtype=torch.float64)
    expected = closeness_by_loops(layer, features, 4)
    assert layer(features).shape == (5, layer.outputs)
    assert torch.allclose(layer(features), expected, rtol=1e-12, atol=1e-12)


def test_minibatch_discrimination__of_an_image_alone_and_of_copies():
    layer = Closeness(6, kernels=4, dimensions=3)
    one = torch.randn(1, 6)
    assert torch.equal(layer(one)[:, 6:], torch.full((1, 4), -1.0))
    assert torch.allclose(layer(one.expand(9, 6))[:, 6:], torch.full((9, 4), 8.0 - 1.0))


def test_minibatch_discrimination__is_differentiable_twice():
    torch.manual_seed(1)
    points = torch.randn(4, 3, 2, dtype=torch.float64, requires_grad=True)
    assert gradcheck(Distances.apply, points)
    assert gradgradcheck(Distances.apply, points)


def test_minibatch_discrimination__judges_real_and_fake_images_apart():
    """A score changes with the others of its own batch, and not with the other batch."""
    game = build(on("minibatch_discrimination"))
    pair, batch = game.pairs[0], images().at(0)
    with torch.no_grad():
        for p in pair.critic.network.parameters():
            p.mul_(5)
    torch.manual_seed(0)
    first = Round(pair, batch)
    torch.manual_seed(1)
    second = Round(pair, batch)
    assert not torch.equal(first.fake, second.fake)
    assert torch.equal(first.on_real.score, second.on_real.score)
    swapped = Round(pair, Batch(torch.cat([batch.x[:4], batch.x[:4]]), batch.y))
    assert not torch.allclose(swapped.on_real.score[:4], first.on_real.score[:4])


def test_minibatch_discrimination__stands_before_every_head_and_leaves_the_features():
    tricks = {"minibatch_discrimination": {"kernels": 7}, **SUPERVISED, "spectral_norm": {}}
    critic = build(narrow("dcgan", tricks=tricks)).networks["critic"]
    verdict = critic(images().at(0).x)
    assert verdict.features.shape == (BATCH, critic.features)
    assert critic.heads["class"].in_features == critic.features + 7
    assert "parametrizations.weight.original" in dict(critic.mix.tensor.named_parameters())


def test_minibatch_discrimination__is_refused_where_it_cannot_act():
    tricks = {"minibatch_discrimination": {}}
    plain = {"critic_norm": "none", "generator_norm": "none"}
    refused("train.batch is 1", batch=1, tricks=tricks, networks=plain)
    refused("exclude each other.*each image's own score", row="wgan_gp", tricks=tricks)


def test_historical_averaging__is_the_squared_distance_from_the_mean_of_the_past():
    """Of 1, 3, 8 the mean is 4; at 8: (8 - 4)^2, and its slope 2 * (8 - 4)."""
    pair, round = exchange(0.1, 1.0)
    game = Game([pair], draw)
    TRICKS["historical_averaging"](weight=2.0).apply(game)
    generator = pair.generator
    term = generator.terms["historical_averaging"]
    assert term.weight == 2.0 and term.term(round).item() == 0
    for value in (3.0, 8.0):
        generator.network.value.data.fill_(value)
        for action in generator.after:
            action()
    loss = term.term(round)
    loss.backward()
    assert loss.item() == pytest.approx(16) and generator.network.value.grad.item() == 8
    assert game.state_dict()["generator_past"]["mean"][0].item() == pytest.approx(4)


def test_historical_averaging__is_over_all_that_each_player_trains():
    game = build(on("historical_averaging", "weight_clip", **FAST))
    seen = {player.name: [] for player in game.players}
    for player in game.players:
        seen[player.name].append([p.detach().double() for p in player.parameters])
        player.after.append(
            lambda player=player: seen[player.name].append(
                [p.detach().double() for p in player.parameters]
            )
        )
    for _, turns in train(game, images().at, steps=4, seed=0):
        for turn in turns:
            past = [
                torch.stack(ps).mean(0) for ps in zip(*seen[turn.player.name][:-1], strict=True)
            ]
            here = seen[turn.player.name][-2]
            by_hand = sum((p - q).square().sum() for p, q in zip(here, past, strict=True))
            got = turn.losses["historical_averaging"].item()
            assert got == pytest.approx(0.01 * by_hand.item(), rel=1e-4, abs=1e-11)
    assert by_hand > 1e-3


def test_historical_averaging__keeps_its_state_before_the_first_step():
    state = build(on("historical_averaging")).state_dict()
    for name in ("critic", "generator"):
        past = state[f"{name}_past"]
        assert past["count"] == 1
        assert len(past["mean"]) == len(
            [k for k in state[name] if "num" not in k and "run" not in k]
        )


def virtual_by_loops(norm, x, count):
    """Salimans et al. 2016, section 3.5, an image and a channel at a time, on mean and mean square."""
    out = torch.empty_like(x)
    for c in range(x.shape[1]):
        reference = x[:count, c].flatten()
        for i in range(len(x)):
            mean, square = reference.mean(), reference.square().mean()
            if i >= count:
                own = x[i, c].flatten()
                mean = own.mean() / (count + 1) + mean * count / (count + 1)
                square = own.square().mean() / (count + 1) + square * count / (count + 1)
            scaled = (x[i, c] - mean) / (square - mean**2 + norm.eps).sqrt()
            out[i, c] = scaled * norm.weight[c] + norm.bias[c]
    return out


@pytest.mark.parametrize("shape", [(9, 3, 2, 4), (9, 3)])
def test_virtual_batch_norm__mixes_own_and_reference_statistics(shape):
    torch.manual_seed(0)
    kind = torch.nn.BatchNorm2d if len(shape) == 4 else torch.nn.BatchNorm1d
    norm = VirtualNorm(kind(3), 5).double()
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    x = 3 * torch.randn(shape, dtype=torch.float64) + 1
    assert torch.allclose(norm(x), virtual_by_loops(norm, x, 5), rtol=1e-10, atol=1e-10)


def test_virtual_batch_norm__normalizes_the_reference_by_itself():
    x = 3 * torch.randn(6, 4, 2, 2) + 1
    bn = torch.nn.BatchNorm2d(4)
    assert torch.allclose(VirtualNorm(bn, 5)(x)[:5], bn(x[:5]), atol=1e-5)


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_virtual_batch_norm__lets_no_image_see_another(conditional, training):
    game = build(on("virtual_batch_norm", game={"conditional": conditional}))
    list(train(game, images().at, steps=2, seed=0))
    generator = game.networks["generator"].train(training)
    z = torch.randn(4, 6)
    given = torch.tensor([1, 2, 3, 4]) if conditional else None
    with torch.no_grad():
        whole = generator(z, given)
        others = generator(torch.cat([z[:1], 5 * torch.randn(3, 6)]), given)
        alone = generator(z[:1], given[:1] if conditional else None)
    assert whole.shape == (4, 1, 8, 8)
    assert torch.equal(others[0], whole[0])
    assert not torch.equal(others[1], whole[1])
    assert torch.allclose(alone[0], whole[0], atol=1e-6)


@pytest.mark.parametrize("told", ["norm", "input"])
def test_virtual_batch_norm__goes_with_norms_that_are_told_the_class(told):
    networks = {"name": "resnet", "width": 4, "generator_told": told}
    raw = narrow("cgan", tricks={"virtual_batch_norm": {"reference": 5}}).dump()
    variant = Variant.parse({**raw, "networks": networks})
    variant.check(SHAPE.size, BATCH)
    generator = build(variant).networks["generator"]
    z, given = torch.randn(4, 6), torch.tensor([1, 2, 3, 4])
    whole, others = generator(z, given), generator(torch.cat([z[:1], 5 * z[1:]]), given)
    assert torch.equal(others[0], whole[0]) and not torch.equal(others[1], whole[1])
    assert generator.reference_given.shape == (5,)


def test_virtual_batch_norm__draws_its_reference_once():
    game = build(on("virtual_batch_norm"))
    generator = game.networks["generator"]
    before = generator.reference_z.clone()
    assert before.shape == (64, 6)
    list(train(game, images().at, steps=2, seed=0))
    assert torch.equal(generator.reference_z, before)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in generator.modules())
    assert "reference_z" in generator.state_dict()


def test_virtual_batch_norm__learns_through_the_reference_too():
    game = build(on("virtual_batch_norm"))
    generator = game.networks["generator"]
    z = generator.reference_z.requires_grad_(True)
    generator(torch.randn(3, 6)).square().sum().backward()
    assert z.grad.abs().sum() > 0


def test_virtual_batch_norm__is_refused_without_batch_norm():
    tricks = {"virtual_batch_norm": {}}
    refused("generator's batch norm.*mlp", row="gan", tricks=tricks)
    refused("has norm layer", networks={"generator_norm": "layer"}, tricks=tricks)


def test_supervise__is_a_softmax_over_one_more_class_whose_logit_is_0():
    """K + 1 classes by the plain softmax: the two losses are -log p of the class and of `fake`."""
    game = build(narrow("dcgan", tricks=SUPERVISED))
    pair, batch = game.pairs[0], images().at(0)
    with torch.no_grad():
        for p in pair.critic.network.parameters():
            p.mul_(3)
    round = Round(pair, batch)
    losses = {name: weighted.term(round).item() for name, weighted in pair.critic.terms.items()}
    real, fake = (v.heads["class"].tolist() for v in (round.on_real, round.on_fake))

    def p(logits, k):
        return math.exp(([*logits, 0.0])[k]) / sum(math.exp(v) for v in [*logits, 0.0])

    unsupervised = -sum(math.log(1 - p(v, 10)) for v in real) / BATCH
    unsupervised -= sum(math.log(p(v, 10)) for v in fake) / BATCH
    known = [
        math.log(p(v, k) / (1 - p(v, 10))) for v, k in zip(real, batch.y.tolist(), strict=True)
    ]
    assert losses["adversarial"] == pytest.approx(unsupervised, rel=1e-5)
    assert losses["supervised"] == pytest.approx(-sum(known) / BATCH, rel=1e-5)
    assert max(abs(v) for row in real for v in row) > 0.1


@pytest.mark.parametrize("objective", ["minimax", "non_saturating"])
def test_supervise__adversarial_term_is_twice_the_codes(objective):
    """The code: -1/2 E lse(x) + 1/2 E softplus(lse(x)) + 1/2 E softplus(lse(G(z)))."""
    game = build(narrow("dcgan", tricks=SUPERVISED, objective={"name": objective}))
    pair = game.pairs[0]
    round = Round(pair, images().at(0))

    def lse(verdict):
        return [math.log(sum(map(math.exp, row))) for row in verdict.heads["class"].tolist()]

    real, fake = lse(round.on_real), lse(round.on_fake)
    code = sum(-v / 2 + softplus(v) / 2 for v in real) / BATCH
    code += sum(softplus(v) / 2 for v in fake) / BATCH
    got = pair.critic.terms["adversarial"].term(round).item()
    assert got == pytest.approx(2 * code, rel=1e-5)


def test_supervise__learns_classes_from_the_known_labels_only():
    game = build(narrow("dcgan", tricks={"supervise": {"weight": 2.0}}))
    term = game.pairs[0].critic.terms["supervised"]
    assert term.weight == 2.0
    data = images(labels=10)
    batch = data.at(0)
    round = Round(game.pairs[0], batch)
    x, y = batch.labeled
    logits = game.networks["critic"](x).heads["class"].double()
    by_hand = -torch.log_softmax(logits, 1)[range(BATCH), y].mean()
    assert term.term(round).item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_supervise__is_refused_where_there_is_nothing_to_learn():
    refused("a conditional game tells", row="dcgan", game={"conditional": True}, tricks=SUPERVISED)
    refused("valid objectives: minimax, non_saturating", row="lsgan", tricks=SUPERVISED)
    from dataclasses import replace

    with pytest.raises(ConfigError, match="needs labeled images"):
        build(narrow("dcgan", tricks=SUPERVISED), shape=replace(SHAPE, classes=0))
