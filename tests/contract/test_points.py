"""On points only networks of any size can play; what cannot is refused when params.yaml is read."""

import pytest
import torch

from reprogan.component import ConfigError
from reprogan.config import parse
from reprogan.networks import NETWORKS
from reprogan.reading import overlay, read
from reprogan.sampling import draw
from reprogan.trainer import train
from reprogan.variant import Shape
from small import BATCH, ROOT, images, narrow, params

FILE = ROOT / "params.yaml"
POINTS = Shape(channels=2, size=1, classes=8)
GAMES = {"laplacian": {"name": "laplacian"}, "progressive": {"name": "progressive"}}


def told(**top):
    """What params.yaml becomes with one row, of points."""
    base = {k: v for k, v in read(FILE).items() if k not in ("networks", "game")}
    alone = {"variants": {}, "beyond": {}, "represent": {"variants": []}}
    data = {"name": "ring8", "size": 1}
    return parse(overlay(base, {"data": data, "game": {"name": "single"}, **alone, **top}), FILE)


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != "mlp"])
def test_networks_of_images_are_refused(name):
    with pytest.raises(ConfigError, match=r"pixels; (data\.size is 1|each halves .* valid: none)"):
        told(networks={"name": name}, game=GAMES.get(name, {"name": "single"}))


def test_another_size_is_refused_with_the_valid_one():
    with pytest.raises(ConfigError, match=r"data: ring8 has points .* size must be 1 and channels"):
        told(networks={"name": "mlp"}, data={"name": "ring8", "size": 8})


@pytest.mark.parametrize("conditional", [False, True])
def test_fully_connected_networks_play_on_points(conditional):
    assert told(networks={"name": "mlp"})
    variant = narrow("cgan" if conditional else "ns_gan")
    torch.manual_seed(0)
    game = variant.build(POINTS, BATCH)
    before = draw(game, 0, range(5), 8 * conditional, torch.device("cpu"))
    assert before.shape == (5, 2, 1, 1)
    for _ in train(game, images(shape=POINTS).at, steps=3, seed=0):
        pass
    assert not torch.equal(draw(game, 0, range(5), 8 * conditional, torch.device("cpu")), before)


def test_stacks_are_images_of_three_channels():
    resolved = parse(overlay(read(FILE), {"data": {"name": "stacked_digits"}}), FILE)
    assert resolved.data.stacks == 50_000 and params().data.name == "digits"
