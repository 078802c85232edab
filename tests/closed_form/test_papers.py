"""Rows of params.yaml that bear a paper's name carry that paper's settings."""

import pytest

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
        "objective": "wasserstein", "n_critic": 5, "tricks": {"gradient_penalty": {"weight": 10.0}},
        "norm": "layer",
        "optimizer": ADAM | {"learning_rate": 1e-4, "beta1": 0.0, "beta2": 0.9},
    },
    # Miyato et al. 2018, section 4: n_dis 5, Adam 2e-4 (0, 0.9), linear decay, no norm in the critic
    "hinge": {
        "objective": "hinge", "n_critic": 5,
        "tricks": {"spectral_norm": {"power_iterations": 1}, "linear_decay": {"start": 0.0}},
        "norm": "none", "optimizer": ADAM | {"beta1": 0.0, "beta2": 0.9},
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
    "gan": ("minimax", "mlp", False), "ns_gan": ("non_saturating", "mlp", False),
    "dcgan": ("non_saturating", "dcgan", False), "lsgan": ("least_squares", "dcgan", False),
    "wgan": ("wgan", "dcgan", False), "wgan_gp": ("wgan_gp", "dcgan", False),
    "sngan": ("hinge", "dcgan", False), "cgan": ("non_saturating", "mlp", True),
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_variant_row(name):
    row = params().variants[name]
    assert (row.loss, row.networks.name, row.game.conditional) == SYSTEMS[name]


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
