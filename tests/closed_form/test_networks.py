"""The architectures against the papers' words and figures."""

import math

import pytest
import torch
from torch import nn

from reprogan.networks import NETWORKS
from reprogan.networks.dcgan import SIZES, Dcgan
from reprogan.networks.mlp import Mlp
from reprogan.networks.modules import Maxout
from reprogan.variant import Shape
from small import NARROW


def kinds(network):
    leaves = [
        m
        for m in network.modules()
        if not list(m.children()) and not isinstance(m, torch.nn.ModuleDict)
    ]
    return [type(m).__name__ for m in leaves]


def fit(name, size):
    """Whether one pair of these networks makes images of the size."""
    try:
        NETWORKS[name]().check(size)
    except ValueError:
        return False
    return NETWORKS[name].plays == "single"


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("name", "size"), [(name, size) for name in NETWORKS for size in SIZES if fit(name, size)]
)
def test_shapes(name, size, channels):
    shape = Shape(channels, size)
    networks = NETWORKS[name](**NARROW[name])
    images = networks.generator(shape, 5)(torch.randn(3, 5))
    assert images.shape == (3, channels, size, size) and images.abs().max() <= 1
    verdict = networks.critic(shape)(images)
    assert verdict.score.shape == (3,) and verdict.features.shape[0] == 3


@pytest.mark.parametrize("size", [4, 12, 24, 48, 256])
def test_dcgan_refuses_a_size_it_cannot_make(size):
    with pytest.raises(ValueError, match=f"8, 16, 28, 32, 64, 128 pixels; data.size is {size}"):
        Dcgan().check(size)


def test_dcgan_at_64_is_figure_1():
    """100 -> 1024 x 4 x 4 -> 512 -> 256 -> 128 -> 3 x 64 x 64."""
    generator = Dcgan(width=128).generator(Shape(3, 64), 100)
    convolutions = [m for m in generator.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert [(m.in_channels, m.out_channels) for m in convolutions] == [
        (1024, 512), (512, 256), (256, 128), (128, 3),
    ]  # fmt: skip
    linear = next(m for m in generator.modules() if isinstance(m, nn.Linear))
    assert (linear.in_features, linear.out_features) == (100, 1024 * 4 * 4)
    critic = Dcgan(width=128).critic(Shape(3, 64))
    sizes = [(m.in_channels, m.out_channels) for m in critic.modules() if isinstance(m, nn.Conv2d)]
    assert sizes == [(3, 128), (128, 256), (256, 512), (512, 1024)]


def test_dcgan_places_norms_as_section_3_says():
    """Batch norm everywhere but on the generator's output and the critic's input; no pooling."""
    networks = Dcgan(width=4)
    assert kinds(networks.generator(Shape(3, 32), 8)) == [
        "Linear", "Unflatten",
        "BatchNorm2d", "ReLU", "ConvTranspose2d",
        "BatchNorm2d", "ReLU", "ConvTranspose2d",
        "BatchNorm2d", "ReLU", "ConvTranspose2d", "Tanh",
    ]  # fmt: skip
    assert kinds(networks.critic(Shape(3, 32))) == [
        "Conv2d", "LeakyReLU",
        "Conv2d", "BatchNorm2d", "LeakyReLU",
        "Conv2d", "BatchNorm2d", "LeakyReLU", "Flatten", "Linear",
    ]  # fmt: skip
    slopes = [
        m.negative_slope
        for m in networks.critic(Shape(3, 32)).modules()
        if hasattr(m, "negative_slope")
    ]
    assert slopes == [0.2] * 3


@pytest.mark.parametrize(("norm", "kind"), [("layer", "GroupNorm"), ("none", None)])
def test_a_critic_without_batch_norm_has_none(norm, kind):
    critic = Dcgan(width=4, critic_norm=norm).critic(Shape(3, 32))
    assert "BatchNorm2d" not in kinds(critic)
    assert kinds(critic).count(kind) == (2 if kind else 0)


def test_a_critic_without_batch_norm_judges_each_image_alone():
    for norm in ("layer", "none"):
        critic = Dcgan(width=4, critic_norm=norm).critic(Shape(1, 16))
        x = torch.randn(6, 1, 16, 16)
        assert torch.allclose(critic(x).score[:2], critic(x[:2]).score, atol=1e-5)


def test_dcgan_weights_are_normal_with_std_002():
    critic = Dcgan(width=64).critic(Shape(3, 64))
    for m in critic.modules():
        if isinstance(m, nn.Conv2d):
            assert m.weight.detach().std().item() == pytest.approx(0.02, rel=0.05)
            assert m.bias is None or not m.bias.any()


def test_mlp_is_that_of_the_2014_code():
    """Generator 1200-1200 ReLU; critic two maxout layers of 240 x 5, dropout .2 then .5."""
    networks = Mlp()
    generator = networks.generator(Shape(1, 28), 100)
    linear = [m for m in generator.modules() if isinstance(m, nn.Linear)]
    assert [m.out_features for m in linear] == [1200, 1200, 784]
    assert linear[0].weight.abs().max().item() == pytest.approx(0.05, rel=1e-3)
    assert not any(m.p for m in generator.modules() if isinstance(m, nn.Dropout))
    critic = networks.critic(Shape(1, 28))
    linear = [m for m in critic.modules() if isinstance(m, nn.Linear)]
    assert [(m.in_features, m.out_features) for m in linear] == [(784, 1200), (240, 1200), (240, 1)]
    assert [m.p for m in critic.modules() if isinstance(m, nn.Dropout)] == [0.2, 0.5, 0.5]
    assert all(m.weight.abs().max().item() == pytest.approx(0.005, rel=0.02) for m in linear)


def test_mlp_with_classes_is_section_4_1_of_the_conditional_gan():
    """z -> 200, y -> 1000, both -> 1200; x -> 240 x 5, y -> 50 x 5, both -> 240 x 4."""
    networks = Mlp(generator_dropout=0.5)
    generator = networks.generator(Shape(1, 28, 10), 100)
    linear = [m for m in generator.modules() if isinstance(m, nn.Linear)]
    assert [(m.in_features, m.out_features) for m in linear] == [
        (100, 200), (10, 1000), (1200, 1200), (1200, 784),
    ]  # fmt: skip
    assert [m.p for m in generator.modules() if isinstance(m, nn.Dropout)] == [0.5] * 3
    critic = networks.critic(Shape(1, 28, 10))
    layers = [(m.linear.in_features, m.linear.out_features // m.pieces, m.pieces)
              for m in critic.modules() if isinstance(m, Maxout)]  # fmt: skip
    assert layers == [(784, 240, 5), (10, 50, 5), (290, 240, 4)]
    assert critic.head.in_features == 240


def test_mlp_embeds_the_class_apart_from_noise_and_pixels():
    """Until the joint layer neither knows of the other."""
    networks = Mlp(units=8, latent_units=3, class_units=5, critic_units=4, critic_class_units=2)
    generator = networks.generator(Shape(1, 4, 3), 6)
    critic = networks.critic(Shape(1, 4, 3)).eval()
    for apart, inputs, first in ((generator.body[0], 6, 3), (critic.body[1], 16, 4)):
        row = torch.rand(1, inputs + 3)
        other = row.clone()
        other[:, inputs:] += 1
        out, changed = apart(row), apart(other)
        assert torch.equal(out[:, :first], changed[:, :first])
        assert not torch.equal(out[:, first:], changed[:, first:])
        other = row.clone()
        other[:, :inputs] += 1
        assert torch.equal(out[:, first:], apart(other)[:, first:])


def test_mlp_works_on_pixels_from_0_to_1():
    """The critic's first layer sees (x + 1) / 2; the generator's sigmoid becomes 2 s - 1."""
    critic = Mlp(units=8, critic_units=4).critic(Shape(1, 2)).eval()
    seen = []
    critic.body[1][1].register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    critic(torch.tensor([[[[-1.0, 0.0], [0.5, 1.0]]]]))
    assert seen[0].tolist() == [[0.0, 0.5, 0.75, 1.0]]
    generator = Mlp(units=8, critic_units=4).generator(Shape(1, 2), 3)
    generator.body[2].weight.data.zero_()
    generator.body[2].bias.data = torch.tensor([-99.0, 0.0, math.log(3), 99.0])
    image = generator(torch.randn(1, 3)).flatten().tolist()
    assert image == pytest.approx([-1, 0, 0.5, 1], abs=1e-6)
