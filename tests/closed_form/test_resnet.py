"""Residual networks against the words, figures and code of their papers."""

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, relu

from reprogan.networks.dcgan import Dcgan
from reprogan.networks.resnet import SIZES, Resnet
from reprogan.networks.resnet_modules import ClassNorm, CriticBlock, FirstBlock, GeneratorBlock
from reprogan.variant import Shape


def convolutions(network):
    return [m for m in network.modules() if isinstance(m, nn.Conv2d)]


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("size", SIZES)
def test_shapes(size, classes):
    networks, shape = Resnet(width=4, generator_width=6), Shape(3, size, classes)
    networks.check(size)
    given = torch.tensor([0, 1, 2]) if classes else None
    images = networks.generator(shape, 5)(torch.randn(3, 5), given)
    assert images.shape == (3, 3, size, size) and images.abs().max() <= 1
    verdict = networks.critic(shape)(images, given)
    assert verdict.score.shape == (3,) and verdict.features.shape == (3, 4)


def test_a_size_it_cannot_make_is_refused():
    with pytest.raises(ValueError, match="8, 16, 28, 32, 64 pixels; data.size is 12"):
        Resnet().check(12)


def test_at_32_it_is_that_of_the_wgan_gp_code():
    """128 -> 128 x 4 x 4, three blocks up; the critic two blocks down, two plain, mean, linear.

    By hand: 3x3 convolutions 128 -> 128 have 147,584 numbers, 1x1 ones 16,512, batch norms 256.
    """
    networks = Resnet()
    generator, critic = networks.generator(Shape(3, 32), 128), networks.critic(Shape(3, 32))

    def count(network):
        return sum(p.numel() for p in network.parameters())

    three, one, norm = 128 * 128 * 9 + 128, 128 * 128 + 128, 256
    up, last = 2 * three + one + 2 * norm, norm + 128 * 3 * 9 + 3
    assert count(generator) == 128 * 2048 + 2048 + 3 * up + last
    first = (3 * 128 * 9 + 128) + three + (3 * 128 + 128)
    assert count(critic) == first + (2 * three + one) + 2 * (2 * three) + 129
    sides = []
    for block in critic.body[:4]:
        block.register_forward_hook(lambda _, __, y: sides.append(y.shape[-1]))
    critic(torch.zeros(1, 3, 32, 32))
    assert sides == [16, 8, 8, 8]


def test_sn_gan_has_a_wider_generator_and_a_sum():
    networks = Resnet(generator_width=256, pool="sum")
    assert networks.generator(Shape(3, 32), 128).project.out_features == 256 * 16
    torch.manual_seed(0)
    mean = Resnet(width=4).critic(Shape(1, 16))
    torch.manual_seed(0)
    added = Resnet(width=4, pool="sum").critic(Shape(1, 16))
    x = torch.randn(2, 1, 16, 16)
    assert torch.allclose(added(x).features, 64 * mean(x).features, rtol=1e-4)


def doubled(x):
    return x.repeat_interleave(2, 2).repeat_interleave(2, 3)


def test_blocks_by_hand():
    """As the code writes them: the shortcut of a block up is doubled before its convolution."""
    x = torch.randn(3, 4, 8, 8)
    up = GeneratorBlock(4, 0)
    inner = up.second(relu(up.second_norm(up.first(doubled(relu(up.first_norm(x, None)))), None)))
    assert torch.allclose(up(x, None), inner + up.shortcut(doubled(x)), atol=1e-5)
    first = FirstBlock(4, 6)
    inner = avg_pool2d(first.second(relu(first.first(x))), 2)
    assert torch.allclose(first(x), inner + first.shortcut(avg_pool2d(x, 2)), atol=1e-5)
    down, plain = CriticBlock(4, "none", True), CriticBlock(4, "none", False)
    inner = avg_pool2d(down.second(relu(down.first(relu(x)))), 2)
    assert torch.allclose(down(x), inner + avg_pool2d(down.shortcut(x), 2), atol=1e-5)
    assert torch.allclose(plain(x), x + plain.second(relu(plain.first(relu(x)))), atol=1e-5)


@pytest.mark.parametrize(("norm", "expected"), [("layer", 6), ("none", 0)])
def test_norms_of_the_critic_stand_in_every_block_but_the_first(norm, expected):
    critic = Resnet(width=4, critic_norm=norm).critic(Shape(3, 32))
    norms = [m for m in critic.modules() if isinstance(m, nn.GroupNorm)]
    assert len(norms) == expected and all(m.num_groups == 1 for m in norms)
    x = torch.randn(4, 3, 32, 32)
    assert torch.allclose(critic(x).score[:2], critic(x[:2]).score, atol=1e-5)


def test_weights_are_glorot_uniform_and_twice_that_variance_in_blocks():
    """U(-b, b) with b^2 = 3 * gain * 2 / (fan in + fan out)."""
    networks, shape = Resnet(width=32), Shape(3, 32)
    generator, critic = networks.generator(shape, 128), networks.critic(shape)
    last = generator.paint
    for layer in [*convolutions(generator), *convolutions(critic), generator.project]:
        size = layer.kernel_size[0] if isinstance(layer, nn.Conv2d) else 1
        gain = 2 if size == 3 and layer is not last else 1
        fans = sum(layer.weight.shape[:2]) * size**2
        bound = math.sqrt(3 * gain * 2 / fans)
        assert 0.95 * bound < layer.weight.abs().max().item() <= bound
        assert not layer.bias.any()
    critic.add_head("class", 10)
    assert not critic.heads["class"].bias.any()
    assert critic.heads["class"].weight.abs().max().item() <= math.sqrt(6 / 42)


def test_each_class_has_a_scale_and_a_shift_of_its_own():
    norm = ClassNorm(2, 3)
    norm.scale.data[1], norm.shift.data[1] = torch.tensor([2.0, 3.0]), torch.tensor([-1.0, 5.0])
    x = torch.randn(16, 2, 4, 4)
    told = nn.functional.one_hot(torch.arange(16) % 2, 3).float()
    out = norm(x, told)
    normed = (x - x.mean((0, 2, 3), keepdim=True)) / x.std((0, 2, 3), keepdim=True, correction=0)
    assert torch.allclose(out[0], normed[0], atol=1e-4)
    expected = normed[1] * torch.tensor([2.0, 3.0]).view(2, 1, 1)
    assert torch.allclose(out[1], expected + torch.tensor([-1.0, 5.0]).view(2, 1, 1), atol=1e-4)


@pytest.mark.parametrize("told", ["norm", "input"])
def test_the_generator_is_told_the_class(told):
    generator = Resnet(width=4, generator_told=told).generator(Shape(1, 8, 3), 5).eval()
    norms = [m for m in generator.modules() if isinstance(m, ClassNorm)]
    assert [m.scale is not None for m in norms] == [told == "norm"] * 2
    for norm in norms if told == "norm" else ():
        norm.scale.data.uniform_(0, 2)
    z = torch.randn(1, 5).expand(2, -1)
    one, other = generator(z, torch.tensor([0, 0])), generator(z, torch.tensor([0, 1]))
    assert torch.allclose(one[0], one[1], atol=1e-6) and not torch.allclose(other[0], other[1])
    with pytest.raises(ValueError, match="told which of 3 classes"):
        generator(z)


def names(network):
    return [type(m).__name__ for m in network.modules() if not list(m.children())]


def test_dcgan_against_sparse_gradients():
    networks = Dcgan(
        width=4, activation="leaky_relu", upsample="pixel_shuffle", downsample="average_pool"
    )
    generator, critic = networks.generator(Shape(3, 16), 5), networks.critic(Shape(3, 16))
    assert names(generator) == [
        "Linear", "Unflatten",
        "BatchNorm2d", "LeakyReLU", "Conv2d", "PixelShuffle",
        "BatchNorm2d", "LeakyReLU", "Conv2d", "PixelShuffle", "Tanh",
    ]  # fmt: skip
    assert names(critic.body) == [
        "Conv2d", "AvgPool2d", "LeakyReLU",
        "Conv2d", "AvgPool2d", "BatchNorm2d", "LeakyReLU", "Flatten",
    ]  # fmt: skip
    assert {m.negative_slope for m in generator.modules() if isinstance(m, nn.LeakyReLU)} == {0.2}
    assert generator(torch.randn(3, 5)).shape == (3, 3, 16, 16)
    assert critic(torch.randn(3, 3, 16, 16)).score.shape == (3,)


def test_dcgan_without_scales_and_biases_of_norms():
    networks = Dcgan(width=4, affine=False)
    for network in (networks.generator(Shape(3, 16), 5), networks.critic(Shape(3, 16))):
        norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
        assert norms and all(m.weight is None and m.bias is None for m in norms)
