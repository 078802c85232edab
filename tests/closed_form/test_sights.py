"""What is done to images on their way to the critic, against values worked out by hand."""

import pytest
import torch

from hands import exchange
from reprogan.augmentations import POLICIES, color, cutout, translation
from reprogan.game import Batch, Game
from reprogan.games.single import draw
from reprogan.resident import to_float
from reprogan.trainer import train
from reprogan.tricks import TRICKS
from reprogan.tricks.chance import INTERVAL
from reprogan.tricks.dequantize import dequantized
from small import build, images, on


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def pixels(n=64, channels=3, size=8):
    return torch.rand(n, channels, size, size) * 2 - 1


def test_augment__translation_moves_whole_pixels_and_lets_zeros_in():
    """At 16 pixels up to 2 each way: 25 moves, all of them seen, each pixel where it should be."""
    x = pixels(400, 1, 16) + 2
    moves = set()
    for before, after in zip(x, translation(x), strict=True):
        shown = (after != 0).nonzero()
        top, left = shown[:, 1].min().item(), shown[:, 2].min().item()
        down = top or shown[:, 1].max().item() - 15
        right = left or shown[:, 2].max().item() - 15
        moves.add((down, right))
        expected = torch.zeros_like(before)
        rows = slice(max(down, 0), 16 + min(down, 0)), slice(max(-down, 0), 16 + min(-down, 0))
        columns = (
            slice(max(right, 0), 16 + min(right, 0)),
            slice(max(-right, 0), 16 + min(-right, 0)),
        )
        expected[:, rows[0], columns[0]] = before[:, rows[1], columns[1]]
        assert torch.equal(after, expected)
    assert moves == {(a, b) for a in range(-2, 3) for b in range(-2, 3)}


def test_augment__cutout_is_half_the_side_around_any_pixel():
    """Of 8 pixels 4, from c - 2 with c in 0 to 8: 2 are left at an edge, 4 within."""
    x = torch.ones(2000, 3, 8, 8)
    out = cutout(x)
    sides = set()
    for image in out:
        cut = image == 0
        assert torch.equal(cut[0], cut[1]) and torch.equal(cut[0], cut[2])
        rows, columns = cut[0].any(1), cut[0].any(0)
        assert torch.equal(cut[0], rows[:, None] & columns[None])
        first = rows.nonzero()[0].item()
        assert rows[first : first + rows.sum()].all()
        sides.add((rows.sum().item(), columns.sum().item()))
        assert rows.sum() == 4 or first == 0 or rows[-1]
    assert sides == {(a, b) for a in (2, 3, 4) for b in (2, 3, 4)}


def test_augment__color_keeps_what_it_does_not_name():
    """Brightness alone moves an image's mean; contrast and saturation scale what is off the means."""
    x = pixels(5000, 3, 2)
    out = color(x)
    brightness = (out - x).mean(dim=(1, 2, 3))
    assert brightness.abs().max() <= 0.5 + 1e-6 and abs(brightness.mean()) < 0.02
    assert brightness.std().item() == pytest.approx(12**-0.5, rel=0.03)

    def off_gray(y):
        return y - y.mean(dim=1, keepdim=True)

    def off_mean(y):
        return (y - y.mean(dim=(1, 2, 3), keepdim=True)).mean(dim=1, keepdim=True)

    contrast = (off_mean(out) / off_mean(x)).flatten(1)
    both = (off_gray(out) / off_gray(x)).flatten(1)
    for scales, low, high in ((contrast, 0.5, 1.5), (both / contrast[:, :1], 0.0, 2.0)):
        one = scales.median(dim=1).values
        assert torch.allclose(scales, one[:, None].expand_as(scales), atol=0.02, rtol=0.02)
        assert low - 0.01 <= one.min() and one.max() <= high + 0.01
        assert one.mean().item() == pytest.approx(1, abs=0.03)
        assert one.std().item() == pytest.approx((high - low) / 12**0.5, rel=0.05)


def test_augment__a_gray_image_has_no_saturation():
    gray = pixels(50, 1).expand(-1, 3, -1, -1)
    out = color(gray)
    assert torch.allclose(out[:, :1].expand_as(out), out, atol=1e-6)


@pytest.mark.parametrize("name", POLICIES)
def test_augment__is_differentiable_and_each_image_has_its_own_draws(name):
    one = pixels(1).expand(32, -1, -1, -1)
    x = one.clone().requires_grad_(True)
    out = POLICIES[name](x)
    (gradient,) = torch.autograd.grad(out.square().sum(), x)
    assert gradient.abs().sum() > 0
    assert len({tuple(image.flatten().tolist()) for image in out}) >= 8  # of 9 moves
    assert torch.equal(x, one)


def test_augment__real_and_generated_images_are_changed_on_their_way_only():
    game = build(on("augment"))
    pair = game.pairs[0]
    x = pixels(4, 1)
    assert not torch.equal(pair.see(x), x)
    assert torch.equal(pair.view(Batch(x, torch.zeros(4, dtype=torch.int64))).x, x)


def test_augment__does_what_is_asked_for():
    game = build(on("augment", tricks={"augment": {"color": False, "translation": False}}))
    out = game.pairs[0].see(torch.ones(16, 1, 8, 8))
    assert set(out.unique().tolist()) == {0.0, 1.0} and (out.flatten(1).mean(1) >= 0.75).all()
    with pytest.raises(ValueError, match="one of color, translation, cutout"):
        off = {"color": False, "translation": False, "cutout": False}
        on("augment", tricks={"augment": off}).check(8, 8)


def chance(real, target=0.6, images=32):
    """The feedback on a critic whose scores of 4 real images are all `real`."""
    pair, round = exchange(real, 0.0)
    game = Game([pair], draw)
    game.batch = 4
    TRICKS["adaptive_augment"](target=target, images=images).apply(game)
    for _ in range(INTERVAL):
        played = pair.critic.meet(pair, round.batch)
        _ = played.on_real
        for action in pair.critic.after:
            action()
    return game.networks["critic_chance"], pair


def state(p, signs, turns):
    """What a checkpoint holds of the feedback."""
    return {"p": torch.tensor(p), "signs": torch.tensor(signs), "turns": torch.tensor(turns)}


def test_adaptive_augment__p_grows_while_the_critic_is_surer_than_the_target():
    """Four turns of 4 images of 32: p moves by a half, up where all signs are 1, never below 0."""
    grown, pair = chance(1.0)
    assert grown.p.item() == 0.5
    again = TRICKS["adaptive_augment"]()
    assert again.target == 0.6 and again.images == 500_000
    fallen, _ = chance(-1.0)
    assert fallen.p.item() == 0
    grown.load_state_dict(state(p=0.75, signs=1.5, turns=3))
    grown.round.on_real.score.neg_()  # the sum of signs is 0.5 now, the mean 1/8
    grown.adjust()
    assert grown.state_dict() == state(p=0.25, signs=0.0, turns=0)


def test_adaptive_augment__nothing_is_changed_at_0_and_everything_at_1():
    grown, _ = chance(1.0)
    x = pixels(200)
    for p, share in ((0.0, 0.0), (1.0, 1.0), (0.5, 0.875)):
        grown.load_state_dict(state(p, signs=0.0, turns=0))
        changed = (grown(x) != x).flatten(1).any(dim=1).float().mean().item()
        assert changed == pytest.approx(share, abs=0.06)


def test_adaptive_augment__needs_scores_whose_sign_says_something():
    with pytest.raises(ValueError, match="wasserstein; valid: minimax, non_saturating, hinge"):
        on("adaptive_augment", objective={"name": "wasserstein"}).check(8, 8)


def test_instance_noise__falls_linearly_to_0_at_its_end():
    game = build(on("instance_noise", tricks={"instance_noise": {"std": 0.4, "until": 0.5}}))
    x, levels = torch.zeros(64, 1, 8, 8), []
    for _ in train(game, images().at, steps=8, seed=0):
        levels.append(game.pairs[0].see(x).std().item())
    assert levels == pytest.approx([0.4, 0.3, 0.2, 0.1, 0, 0, 0, 0], rel=0.05)


def test_instance_noise__comes_after_augmentation():
    game = build(on("augment", "instance_noise"))
    for schedule in game.schedules:
        schedule(0, 10)
    assert (game.pairs[0].see(torch.ones(50, 1, 8, 8)) != 0).all()


def test_dequantize__fills_the_steps_between_bytes():
    """Byte b becomes U[b / 128 - 1, (b + 1) / 128 - 1): bytes tile [-1, 1)."""
    every = torch.arange(256, dtype=torch.uint8).view(256, 1, 1, 1).expand(-1, 1, 40, 40)
    batch = dequantized(Batch(to_float(every), torch.zeros(256), labeled=(to_float(every), 0)))
    place = (batch.x.double() + 1) * 128 - torch.arange(256).view(-1, 1, 1, 1)
    assert place.min() > -1e-4 and place.max() < 1 + 1e-4
    assert place.mean().item() == pytest.approx(0.5, abs=0.01)
    assert place.std().item() == pytest.approx(12**-0.5, rel=0.01)
    assert not torch.equal(batch.labeled[0], batch.x) and batch.labeled[1] == 0


def test_dequantize__is_for_real_images():
    pair, round = exchange(0.3, -0.2)
    TRICKS["dequantize"]().apply(Game([pair], draw))
    seen = pair.critic.meet(pair, round.batch)
    assert (seen.batch.x != 0.3).all() and (seen.fake == -0.2).all()
    assert torch.equal(pair.see(seen.fake), seen.fake)
