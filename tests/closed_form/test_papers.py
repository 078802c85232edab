"""Rows of params.yaml and of presets that bear a paper's name carry that paper's settings."""

from functools import cache

import pytest

from reprogan.config import EXPERIMENT, parse
from reprogan.reading import overlay, read
from reprogan.tricks.critic_warm_up import CriticWarmUp
from small import ROOT, params

ADAM = {"name": "adam", "learning_rate": 2e-4, "beta1": 0.5, "beta2": 0.999, "eps": 1e-8}
PAPERS = {
    # Goodfellow et al. 2014, eq. 1, trained as Radford et al. 2016, section 4
    "minimax": {"objective": "minimax", "n_critic": 1, "tricks": {}, "norm": None, "optimizer": ADAM},
    # Goodfellow et al. 2014, section 3; Radford et al. 2016, section 4
    "non_saturating": {
        "objective": "non_saturating", "n_critic": 1, "tricks": {}, "norm": None, "optimizer": ADAM,
    },
    # Mao et al. 2017, eq. 9; its Adam beta1 is 0.5 (section 4)
    "least_squares": {
        "objective": "least_squares", "n_critic": 1, "tricks": {}, "norm": None, "optimizer": ADAM,
    },
    # Arjovsky et al. 2017, algorithm 1
    "wgan": {
        "objective": "wasserstein", "n_critic": 5, "tricks": {"weight_clip": {"limit": 0.01}}, "norm": None,
        "optimizer": {"name": "rmsprop", "learning_rate": 5e-5, "decay": 0.99, "eps": 1e-8},
    },
    # Gulrajani et al. 2017, algorithm 1: lambda 10, n_critic 5, Adam 1e-4 (0, 0.9); no batch norm
    "wgan_gp": {
        "objective": "wasserstein", "n_critic": 5, "tricks": {"gradient_penalty": {"weight": 10.0, "every": 1}},
        "norm": "layer",
        "optimizer": ADAM | {"learning_rate": 1e-4, "beta1": 0.0, "beta2": 0.9},
    },
    # Miyato et al. 2018, section 4: n_dis 5, Adam 2e-4 (0, 0.9), linear decay, no norm in the critic
    "hinge": {
        "objective": "hinge", "n_critic": 5,
        "tricks": {"spectral_norm": {"power_iterations": 1}, "linear_decay": {"start": 0.0}},
        "norm": "none", "optimizer": ADAM | {"beta1": 0.0, "beta2": 0.9},
    },
    # Kodali et al. 2017, section 2.3 and its code
    "dragan": {
        "objective": "non_saturating", "n_critic": 1,
        "tricks": {"dragan": {"weight": 10.0, "spread": 0.5, "every": 1}},
        "norm": "none", "optimizer": ADAM | {"learning_rate": 1e-4, "beta2": 0.9},
    },
    # Mescheder et al. 2018, eq. 9, section 6
    "r1": {
        "objective": "non_saturating", "n_critic": 1,
        "tricks": {"r1": {"gamma": 10.0, "every": 1}, "average": {"decay": 0.999, "half_life": None}},
        "norm": "none", "optimizer": {"name": "rmsprop", "learning_rate": 1e-4, "decay": 0.99, "eps": 1e-8},
    },
    # Huang et al. 2024, eq. 2
    "relativistic": {
        "objective": "relativistic", "n_critic": 1,
        "tricks": {
            "r1": {"gamma": 1.0, "every": 1}, "r2": {"gamma": 1.0, "every": 1},
            "average": {"decay": 0.999, "half_life": None},
        },
        "norm": "none", "optimizer": ADAM | {"beta1": 0.0, "beta2": 0.99},
    },
    # Zhao et al. 2017, eq. 1, 2 and 5
    "ebgan": {
        "objective": "energy_margin", "n_critic": 1, "tricks": {"pulling_away": {"weight": 0.1}}, "norm": None,
        "optimizer": ADAM | {"learning_rate": 1e-3},
    },
    # Berthelot et al. 2017, eq. 5
    "began": {
        "objective": "wasserstein", "n_critic": 1, "tricks": {"equilibrium": {"gamma": 0.5, "gain": 0.001}},
        "norm": "none", "optimizer": ADAM | {"learning_rate": 1e-4},
    },
    # Karras et al. 2018, appendix A.1
    "progressive": {
        "objective": "wasserstein", "n_critic": 1,
        "tricks": {
            "gradient_penalty": {"weight": 10.0, "every": 1}, "drift": {"weight": 0.001},
            "average": {"decay": 0.999, "half_life": None},
        },
        "norm": "none", "optimizer": ADAM | {"learning_rate": 1e-3, "beta1": 0.0, "beta2": 0.99},
    },
}  # fmt: skip


def test_every_loss_is_held_to_a_paper():
    assert PAPERS.keys() == params().losses.keys()


@pytest.mark.parametrize("name", PAPERS)
def test_loss_row(name):
    loss, paper = params().losses[name], PAPERS[name]
    tricks = {trick.name: trick.model_dump(exclude={"name"}) for trick in loss.tricks}
    assert loss.objective.name == paper["objective"]
    assert (loss.n_critic, tricks, loss.critic_norm) == (
        paper["n_critic"],
        paper["tricks"],
        paper["norm"],
    )
    assert loss.optimizer.model_dump() == paper["optimizer"]
    assert loss.generator_optimizer is None


SGD = {"name": "sgd", "momentum": 0.5, "weight_decay": 0.0}
RMSPROP = {"name": "rmsprop", "learning_rate": 5e-5, "decay": 0.99, "eps": 1e-8}
OF_2014 = {
    "batch": 100, "n_critic": 1, "objective": "non_saturating", "latent": 100,
    "critic": SGD | {"learning_rate": 0.05}, "generator": SGD | {"learning_rate": 0.1},  # half the cost
    "networks": {
        "name": "mlp", "units": 1200, "critic_units": 240, "pieces": 5, "input_dropout": 0.2, "dropout": 0.5,
        "init": 0.05, "critic_init": 0.005,
    },
}  # fmt: skip
RADFORD = {
    "batch": 64, "n_critic": 1, "objective": "non_saturating", "tricks": {}, "latent": 100, "prior": "uniform",
    "critic": ADAM, "generator": ADAM,
    "networks": {
        "name": "dcgan", "critic_norm": "batch", "generator_norm": "batch", "init_std": 0.02, "activation": "relu",
        "upsample": "stride", "downsample": "stride",
    },
}  # fmt: skip
GP = ADAM | {"learning_rate": 1e-4, "beta1": 0.0, "beta2": 0.9}
RESIDUAL = {
    "batch": 64, "n_critic": 5, "latent": 128, "prior": "normal",
    "critic": GP | {"learning_rate": 2e-4}, "generator": GP | {"learning_rate": 2e-4},
}  # fmt: skip
FULL_SIZE = {
    # pylearn2's mnist.yaml of Goodfellow et al. 2014: 125,000 updates
    ("gan2014", "gan"): OF_2014 | {
        "steps": 125_000, "prior": "white_uniform", "conditional": False,
        "tricks": {
            "exponential_decay": {"factor": 1.000004, "least": 1e-6}, "momentum_ramp": {"last": 0.7, "share": 1.0},
        },
    },
    # Mirza & Osindero 2014, section 4.1
    ("gan2014", "cgan"): OF_2014 | {
        "steps": 125_000, "prior": "unit_uniform", "conditional": True,
        "tricks": {
            "exponential_decay": {"factor": 1.00004, "least": 1e-6}, "momentum_ramp": {"last": 0.7, "share": 1.0},
        },
        "networks": OF_2014["networks"] | {
            "latent_units": 200, "class_units": 1000, "critic_class_units": 50, "joint_pieces": 4,
            "generator_dropout": 0.5,
        },
    },
    # Denton et al. 2015 and its code: .02 / 1.00004 an epoch of 54,000 images, momentum .5 + .0008 an epoch
    ("lapgan", "lapgan"): {
        "batch": 64, "steps": 168_750, "n_critic": 1, "objective": "non_saturating", "latent": 100,
        "prior": "uniform", "conditional": False, "critic": SGD | {"learning_rate": 0.02},
        "generator": SGD | {"learning_rate": 0.02},
        "tricks": {
            "generator_batch": {"times": 2}, "standardize": {},
            "exponential_decay": {"factor": 1.0000000474, "least": 1e-6},
            "momentum_ramp": {"last": 0.66, "share": 1.0},
        },
        "networks": {
            "name": "laplacian", "width": 64, "kernel": 7, "output_kernel": 5, "critic_kernel": 5, "units": 1200,
            "critic_units": 600, "dropout": 0.5, "critic_norm": "none",
        },
    },
    # Karras et al. 2018, appendix A.1; batches of 16, and 128 filters and numbers of noise for images of 32 pixels
    ("progressive", "progressive_32"): {
        "batch": 16, "steps": 375_000, "n_critic": 1, "objective": "wasserstein", "latent": 128, "prior": "normal",
        "conditional": False, "tricks": PAPERS["progressive"]["tricks"],
        "critic": PAPERS["progressive"]["optimizer"], "generator": PAPERS["progressive"]["optimizer"],
        "networks": {"name": "progressive", "start": 4, "width": 128, "stddev_group": 4, "critic_norm": "none"},
    },
    # Gulrajani et al. 2017, appendix F and its code: 100,000 generator steps
    ("cifar10", "wgan_gp_resnet"): RESIDUAL | {
        "steps": 500_000, "objective": "wasserstein", "conditional": False,
        "tricks": {
            "gradient_penalty": {"weight": 10.0, "every": 1}, "generator_batch": {"times": 2}, "dequantize": {},
            "linear_decay": {"start": 0.0},
        },
        "networks": {
            "name": "resnet", "critic_norm": "none", "width": 128, "generator_width": None, "pool": "mean",
        },
    },
    # Miyato et al. 2018, section 4 and table 4
    ("cifar10", "sngan_resnet"): RESIDUAL | {
        "steps": 500_000, "objective": "hinge", "conditional": False,
        "tricks": {
            "spectral_norm": {"power_iterations": 1}, "generator_batch": {"times": 2}, "dequantize": {},
            "linear_decay": {"start": 0.0},
        },
        "networks": {
            "name": "resnet", "critic_norm": "none", "width": 128, "generator_width": 256, "pool": "sum",
        },
    },
    # Radford et al. 2016, section 4; batches and width of dcgan.torch
    ("cifar10", "dcgan"): RADFORD | {
        "steps": 100_000, "conditional": False, "networks": RADFORD["networks"] | {"width": 64},
    },
    ("mnist", "dcgan"): RADFORD | {
        "steps": 10_000, "conditional": False, "networks": RADFORD["networks"] | {"width": 32},
    },
    # Gulrajani et al. 2017, algorithm 1
    ("mnist", "wgan_gp"): {
        "batch": 64, "steps": 15_000, "n_critic": 5, "objective": "wasserstein", "latent": 100, "prior": "normal",
        "conditional": False, "tricks": {"gradient_penalty": {"weight": 10.0, "every": 1}},
        "critic": GP, "generator": GP,
        "networks": {"name": "dcgan", "width": 32, "critic_norm": "layer", "generator_norm": "batch"},
    },
    # Arjovsky et al. 2017, algorithm 1 and its code: 100 steps before each of 25 turns and every 500th
    ("mnist", "wgan"): {
        "batch": 64, "steps": 52_500, "n_critic": 5, "objective": "wasserstein", "latent": 100, "prior": "normal",
        "conditional": False,
        "tricks": {"weight_clip": {"limit": 0.01}, "critic_warm_up": {"first": 25, "steps": 100, "period": 500}},
        "critic": RMSPROP, "generator": RMSPROP,
        "networks": {"name": "dcgan", "width": 32, "critic_norm": "batch", "generator_norm": "batch"},
    },
}  # fmt: skip
"""Rows of presets of a paper's own size. Those of points and of stacks are of no paper's networks."""


@cache
def preset(name):
    path = ROOT / "presets" / f"{name}.yaml"
    return parse(overlay(read(ROOT / "params.yaml"), read(path)), path)


def test_every_row_of_these_presets_is_held_to_a_paper():
    names = dict.fromkeys(name for name, _ in FULL_SIZE)
    assert FULL_SIZE.keys() == {(name, row) for name in names for row in preset(name).variants}


@pytest.mark.parametrize(("name", "row"), FULL_SIZE)
def test_preset_row(name, row):
    """Batch, steps, n_critic, optimizers, noise and tricks are all that is stated; of networks, what is named."""
    made, paper = preset(name), FULL_SIZE[name, row]
    variant, networks = made.variant(row), paper["networks"]
    assert {
        "batch": made.train.batch,
        "steps": made.train.steps(made.row(row).images),
        "n_critic": variant.n_critic,
        "objective": variant.objective.name,
        "latent": variant.game.latent,
        "prior": variant.game.prior,
        "conditional": variant.game.conditional,
        "critic": variant.critic_optimizer.model_dump(),
        "generator": variant.generator_optimizer.model_dump(),
        "tricks": {trick.name: trick.model_dump(exclude={"name"}) for trick in variant.tricks},
        "networks": variant.networks.model_dump(include=networks.keys()),
    } == paper


def test_the_games_of_presets_are_those_of_their_papers():
    assert preset("lapgan").row("lapgan").game.levels == 3
    assert preset("progressive").row("progressive_32").game.phase_images == 600_000


def test_lapgan_s_schedules_are_the_code_s_an_epoch():
    """54,000 images: .02 / 1.00004 and .5 + .0008 an epoch, 200 times."""
    made = preset("lapgan")
    epoch = round(60_000 * (1 - made.data.validation_share)) / made.train.batch
    decay, ramp = (
        next(trick for trick in made.variant("lapgan").tricks if trick.name == name)
        for name in ("exponential_decay", "momentum_ramp")
    )
    assert decay.factor**epoch == pytest.approx(1.00004, abs=1e-8)
    epochs = made.train.steps() / epoch
    assert epochs == 200 and ramp.last == pytest.approx(0.5 + 0.0008 * epochs)


def test_wgan_s_warm_up_is_its_code_s():
    assert CriticWarmUp().model_dump(exclude={"name"}) == {
        "first": 25, "steps": 100, "period": 500,
    }  # fmt: skip


SYSTEMS = {
    "untrained": (
        "non_saturating", "dcgan", 1, {"name": "single", "latent": 100, "prior": "uniform"},
        {},
    ),
    "gan": (
        "minimax", "mlp", 1, {"name": "single", "latent": 100, "prior": "white_uniform"},
        {"exponential_decay": {"factor": 1.000111, "least": 1e-06}, "momentum_ramp": {"last": 0.7, "share": 1.0}},
    ),
    "ns_gan": (
        "non_saturating", "mlp", 1, {"name": "single", "latent": 100, "prior": "white_uniform"},
        {"exponential_decay": {"factor": 1.000167, "least": 1e-06}, "momentum_ramp": {"last": 0.7, "share": 1.0}},
    ),
    "cgan": (
        "non_saturating", "mlp", 1, {"name": "single", "latent": 100, "prior": "white_uniform", "conditional": True},
        {"exponential_decay": {"factor": 1.000167, "least": 1e-06}, "momentum_ramp": {"last": 0.7, "share": 1.0}},
    ),
    "lapgan": (
        "non_saturating", "laplacian", 1, {"name": "laplacian", "levels": 2, "latent": 100, "prior": "uniform"},
        {"standardize": {}, "average": {"decay": 0.99, "half_life": None}},
    ),
    "dcgan": (
        "non_saturating", "dcgan", 1, {"name": "single", "latent": 100, "prior": "uniform"},
        {},
    ),
    "wgan": (
        "wgan", "dcgan", 5, {"name": "single", "latent": 64, "prior": "normal"},
        {"weight_clip": {"limit": 0.01}},
    ),
    "wgan_gp": (
        "wgan_gp", "dcgan", 5, {"name": "single", "latent": 64, "prior": "normal"},
        {"gradient_penalty": {"every": 1, "weight": 10.0}},
    ),
    "improved_gan": (
        "non_saturating", "dcgan", 1, {"name": "single", "latent": 100, "prior": "uniform"},
        {"minibatch_discrimination": {"kernels": 32, "dimensions": 5}, "virtual_batch_norm": {"reference": 64}, "label_smoothing": {"real": 0.9}, "historical_averaging": {"weight": 0.01}},
    ),
    "semi_supervised": (
        "non_saturating", "dcgan", 1, {"name": "single", "latent": 100, "prior": "uniform"},
        {"supervise": {"weight": 1.0}, "feature_matching": {"weight": 1.0, "norm": "squared", "alone": True}},
    ),
    "progressive": (
        "progressive", "progressive", 1, {"name": "progressive", "latent": 64, "prior": "normal", "phase_images": 12000},
        {"gradient_penalty": {"every": 1, "weight": 10.0}, "drift": {"weight": 0.001}, "average": {"decay": 0.98, "half_life": None}},
    ),
    "wgan_warm_up": (
        "wgan", "dcgan", 5, {"name": "single", "latent": 64, "prior": "normal"},
        {"weight_clip": {"limit": 0.01}, "critic_warm_up": {"first": 5, "steps": 20, "period": 100}},
    ),
    "lsgan": (
        "least_squares", "dcgan", 1, {"name": "single", "latent": 64, "prior": "normal"},
        {},
    ),
    "sngan": (
        "hinge", "dcgan", 5, {"name": "single", "latent": 64, "prior": "normal"},
        {"spectral_norm": {"power_iterations": 1}, "linear_decay": {"start": 0.0}},
    ),
    "dragan": (
        "dragan", "dcgan", 1, {"name": "single", "latent": 64, "prior": "normal"},
        {"dragan": {"every": 1, "weight": 10.0, "spread": 0.5}},
    ),
    "r1": (
        "r1", "dcgan", 1, {"name": "single", "latent": 64, "prior": "normal"},
        {"r1": {"every": 1, "gamma": 1.0}, "average": {"decay": 0.99, "half_life": None}},
    ),
    "r3gan": (
        "relativistic", "dcgan", 1, {"name": "single", "latent": 64, "prior": "normal"},
        {"r1": {"every": 1, "gamma": 1.0}, "r2": {"every": 1, "gamma": 1.0}, "average": {"decay": 0.99, "half_life": None}},
    ),
    "ebgan": (
        "ebgan", "autoencoder", 1, {"name": "single", "latent": 64, "prior": "normal"},
        {"pulling_away": {"weight": 0.1}},
    ),
    "unrolled": (
        "non_saturating", "mlp", 1, {"name": "single", "latent": 100, "prior": "white_uniform"},
        {"unroll": {"steps": 5, "learning_rate": 0.05}, "exponential_decay": {"factor": 1.000333, "least": 1e-06}, "momentum_ramp": {"last": 0.7, "share": 1.0}},
    ),
    "infogan": (
        "non_saturating", "dcgan", 1, {"name": "single", "latent": 74, "prior": "normal"},
        {"information": {"categories": 10, "continuous": 2, "weight": 1.0}},
    ),
    "acgan": (
        "non_saturating", "dcgan", 1, {"name": "single", "latent": 100, "prior": "uniform", "conditional": True, "critic_told": "nothing"},
        {"auxiliary_classifier": {"weight": 1.0, "generator_weight": 1.0}},
    ),
    "projection": (
        "hinge", "dcgan", 2, {"name": "single", "latent": 64, "prior": "normal", "conditional": True, "critic_told": "projection"},
        {"spectral_norm": {"power_iterations": 1}, "linear_decay": {"start": 0.0}},
    ),
    "wgan_gp_resnet": (
        "wgan_gp", "resnet", 5, {"name": "single", "latent": 64, "prior": "normal"},
        {"gradient_penalty": {"every": 1, "weight": 10.0}, "generator_batch": {"times": 2}, "dequantize": {}, "linear_decay": {"start": 0.0}},
    ),
}  # fmt: skip
"""Loss row, networks, n_critic, game and tricks, as docs/variants.md explains them; of the game, what it departs in."""


def test_every_row_is_held_to_a_paper():
    assert SYSTEMS.keys() == params().rows.keys() - {EXPERIMENT}


@pytest.mark.parametrize("name", SYSTEMS)
def test_variant_row(name):
    row, variant = params().row(name), params().variant(name)
    tricks = {trick.name: trick.model_dump(exclude={"name"}) for trick in variant.tricks}
    game = {"conditional": False, "critic_told": "input"} | SYSTEMS[name][3]
    assert (row.loss, variant.networks.name, variant.n_critic) == SYSTEMS[name][:3]
    assert variant.game.model_dump() == {key: game[key] for key in variant.game.model_dump()}
    assert tricks == SYSTEMS[name][4]


@pytest.mark.parametrize("name", ["gan", "ns_gan", "cgan"])
def test_the_gans_of_2014_are_trained_as_in_their_code(name):
    """goodfeli/adversarial, mnist.yaml: SGD at .1 on half the critic's cost, momentum .5 to .7."""
    variant = params().variant(name)
    rates = [o.learning_rate for o in (variant.critic_optimizer, variant.generator_optimizer)]
    assert rates == [0.05, 0.1] and variant.critic_optimizer.name == "sgd"
    assert variant.critic_optimizer.momentum == variant.generator_optimizer.momentum == 0.5
    tricks = {trick.name: trick for trick in variant.tricks}
    assert tricks["momentum_ramp"].last == 0.7 and tricks["exponential_decay"].least == 1e-6
    assert (variant.game.latent, variant.game.prior, variant.n_critic) == (100, "white_uniform", 1)
    networks = variant.networks
    assert networks.input_dropout == 0.2
    if not variant.game.conditional:  # the conditional one departs: docs/variants.md
        assert (networks.dropout, networks.generator_dropout) == (0.5, 0)


def test_the_improved_techniques_are_those_of_the_paper():
    tricks = {trick.name: trick for trick in params().variant("improved_gan").tricks}
    assert tricks["label_smoothing"].real == 0.9 and len(tricks) == 4
    few = params().variant("semi_supervised")
    assert [trick.name for trick in few.tricks] == ["supervise", "feature_matching"]
    assert params().row("semi_supervised").labels == 100 and few.tricks[1].alone


def test_dcgan_noise_is_uniform_of_100():
    assert (params().variants["dcgan"].game.latent, params().variants["dcgan"].game.prior) == (
        100,
        "uniform",
    )


def test_nobody_clips_under_a_momentum_optimizer_or_penalizes_under_batch_norm():
    """The two commonest infidelities of public code (a WGAN on Adam; batch norm in a WGAN-GP critic)."""
    for name in params().rows:
        variant = params().variant(name)
        tricks = {trick.name for trick in variant.tricks}
        assert "weight_clip" not in tricks or variant.critic_optimizer.name == "rmsprop"
        assert "gradient_penalty" not in tricks or variant.networks.critic_norm != "batch"
