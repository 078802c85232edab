"""The same contract on a GPU; skipped, saying so, where there is none."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from reprogan.checkpoint import Checkpoints
from reprogan.data.imageset import ImageSet
from reprogan.device import prepare
from reprogan.metrics.extractors.classifier import Classifier
from reprogan.metrics.extractors.custom import Custom
from reprogan.metrics.extractors.inception import Inception
from reprogan.metrics.features import extract
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


class Small(nn.Module):
    """Features and logits of RGB."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3))
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        features = self.convolutions(x).relu().mean((2, 3))
        return features, self.head(features)


def extractor_of(name, monkeypatch, folder):
    """Its declaration; of Inception, with weights that are made."""
    if name == "classifier":
        return Classifier(width=8, images=6400)
    if name == "custom":
        torch.jit.script(Small().eval()).save(str(folder / "net.pt"))
        return Custom(path=str(folder / "net.pt"), channels=3, size=16)
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "metrics")
    from made_inception import made_weights, stand_for_the_official

    content = made_weights()
    stand_for_the_official(monkeypatch, content)
    (folder / "inception.pth").write_bytes(content)
    return Inception(weights=str(folder / "inception.pth"))


@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")
@pytest.mark.parametrize("name", ["classifier", "inception", "custom"])
def test_an_extractor_sees_what_it_sees_on_the_cpu(name, monkeypatch, tmp_path):
    """Of the largest number, TF32 is off by 4e-4 and more, other kernels of float32 by 7e-7.

    Both were measured on a CPU, TF32 by rounding what goes into every product.
    """
    x = np.random.default_rng(0).integers(0, 256, (60, 1, 28, 28), np.uint8)
    train = ImageSet(images=x, labels=np.arange(60) % 2, classes=("a", "b"))
    extractor = extractor_of(name, monkeypatch, tmp_path)
    network = extractor.load(extractor.fit(train), 1, 28, 2)
    prepare("cuda", threads=1)
    on_cpu, on_gpu = (extract(network, x, device) for device in ("cpu", "cuda"))
    for mine, other in ((on_gpu.features, on_cpu.features), (on_gpu.logits, on_cpu.logits)):
        assert np.abs(mine - other).max() < 3e-5 * np.abs(other).max()
    again = extract(network, x, "cuda")
    np.testing.assert_array_equal(again.features, on_gpu.features)
