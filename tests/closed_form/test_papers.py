"""Rows of params.yaml that bear a paper's name carry that paper's settings."""

import pytest

from reprogan.config import EXPERIMENT
from small import params

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


SYSTEMS = {
    "untrained": ("non_saturating", "dcgan", False), "gan": ("minimax", "mlp", False),
    "ns_gan": ("non_saturating", "mlp", False), "cgan": ("non_saturating", "mlp", True),
    "lapgan": ("non_saturating", "laplacian", False), "dcgan": ("non_saturating", "dcgan", False),
    "wgan": ("wgan", "dcgan", False), "wgan_gp": ("wgan_gp", "dcgan", False),
    "improved_gan": ("non_saturating", "dcgan", False), "semi_supervised": ("non_saturating", "dcgan", False),
    "progressive": ("progressive", "progressive", False), "wgan_warm_up": ("wgan", "dcgan", False),
    "lsgan": ("least_squares", "dcgan", False), "sngan": ("hinge", "dcgan", False),
    "dragan": ("dragan", "dcgan", False), "r1": ("r1", "dcgan", False), "r3gan": ("relativistic", "dcgan", False),
    "ebgan": ("ebgan", "autoencoder", False), "unrolled": ("non_saturating", "mlp", False), "infogan": ("non_saturating", "dcgan", False),
    "acgan": ("non_saturating", "dcgan", True), "projection": ("hinge", "dcgan", True),
    "wgan_gp_resnet": ("wgan_gp", "resnet", False),
}  # fmt: skip


def test_every_row_is_held_to_a_paper():
    assert SYSTEMS.keys() == params().rows.keys() - {EXPERIMENT}


@pytest.mark.parametrize("name", SYSTEMS)
def test_variant_row(name):
    row = params().row(name)
    assert (row.loss, row.networks.name, row.game.conditional) == SYSTEMS[name]


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
