"""The same contract on a GPU; skipped, saying so, where there is none."""

import pytest
import torch

from reprogan.checkpoint import Checkpoints
from reprogan.device import prepare
from reprogan.resident import Resident
from reprogan.sampling import draw
from reprogan.streams import INIT, seed_of
from reprogan.trainer import train
from small import BATCH, SHAPE, ZOO, images, params, same

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU is visible here")

NAMES = [name for name in ZOO if name in params().rows or name.count("+") == 1]


def build(name, seed=0):
    torch.manual_seed(seed_of(seed, INIT, 0))
    return ZOO[name].build(SHAPE, BATCH, prepare("cuda", threads=1))


def data():
    on_cpu = images()
    return Resident(on_cpu.x.cuda(), on_cpu.y.cuda(), on_cpu.batch, on_cpu.seed)


@pytest.mark.parametrize("name", NAMES)
def test_resumed_is_uninterrupted_bit_for_bit_on_cuda(name, tmp_path):
    whole, half, again = build(name), build(name), build(name, seed=9)
    list(train(whole, data().at, steps=9, seed=3))
    for step, _ in train(half, data().at, steps=9, seed=3):
        if step == 4:
            break
    Checkpoints(tmp_path).save(5, {"game": half.state_dict()})
    again.load_state_dict(Checkpoints(tmp_path).latest()[1]["game"])
    list(train(again, data().at, steps=9, seed=3, first=5))
    assert same(whole.state_dict(), again.state_dict()) == []
    told = SHAPE.classes if ZOO[name].game.conditional else 0
    one, two = (draw(game, 0, range(20), told, torch.device("cuda")) for game in (whole, again))
    assert torch.equal(one, two) and one.device.type == "cuda" and one.abs().max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_first_weights_and_order_of_images_are_the_cpu_s(name):
    """Noise is the device's own, so courses differ; where they start from does not."""
    torch.manual_seed(seed_of(0, INIT, 0))
    on_cpu = ZOO[name].build(SHAPE, BATCH)
    for key, network in build(name).networks.items():
        for mine, other in zip(
            network.state_dict().values(), on_cpu.networks[key].state_dict().values(), strict=True
        ):
            assert torch.equal(mine.cpu(), other)
    assert torch.equal(data().at(7).x.cpu(), images().at(7).x)


def test_the_loop_does_not_wait_for_the_device():
    game, source = build("wgan_gp"), data()
    list(train(game, source.at, steps=3, seed=0))
    torch.cuda.set_sync_debug_mode("error")
    try:
        list(train(game, source.at, steps=12, seed=0, first=3))
    finally:
        torch.cuda.set_sync_debug_mode("default")
