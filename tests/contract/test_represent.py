"""What a critic makes of images is read off every layer as the paper says, and judged by a fair test."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from torch import nn
from torch.nn.functional import leaky_relu, max_pool2d, relu
from typer.testing import CliRunner

from reprogan import linear_svm
from reprogan.__main__ import app
from reprogan.component import ConfigError
from reprogan.config import parse
from reprogan.data.imageset import ImageSet
from reprogan.linear_svm import CANDIDATES, FITS, Examples, judge, standardized
from reprogan.reading import read
from reprogan.representation import CHANGES_IMAGES, Activations, pooled
from reprogan.representation import read as read_critic
from reprogan.sampling import Model
from reprogan.settings import Represent
from reprogan.stages.represent import represent
from reprogan.streams import ORDER, generator_of
from small import ROOT, ZOO, narrow, on
from trained import model_of, save_data, save_model, some_images

TOLD = {"game": {"conditional": True}}


# Layers


def test_max_pooling_to_4x4_by_hand():
    x = torch.arange(64.0).view(1, 1, 8, 8)
    rows = [9 + 16 * r + 2 * c for r in range(4) for c in range(4)]  # lower right of each 2x2
    assert pooled(x).flatten().tolist() == rows
    random = torch.randn(2, 3, 7, 7)
    for i in range(4):
        for j in range(4):  # windows overlap where 7 is not divided: floor(7i/4) to ceil(7(i+1)/4)
            part = random[
                :, :, 7 * i // 4 : -(-7 * (i + 1) // 4), 7 * j // 4 : -(-7 * (j + 1) // 4)
            ]
            assert torch.equal(pooled(random)[:, :, i, j], part.amax((2, 3)))


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (2, 3, 2, 2), (2, 5)])
def test_what_is_small_is_taken_as_it_is(shape):
    x = torch.randn(shape)
    assert torch.equal(pooled(x), x)


class Residual(nn.Module):
    """Two convolutions and a shortcut beside them, then a nonlinearity, then two layers of which one has none."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(2, 2, 3, padding=1) for _ in range(4))
        self.head = nn.Linear(2, 1)

    def forward(self, x):
        first, second, beside, last = self.convolutions
        self.h = h = relu(first(relu(x)))
        self.sum = y = leaky_relu(second(h) + beside(x), 0.2)
        self.end = torch.relu_(last(y))
        return self.head(self.end.mean((2, 3)))[:, 0].sigmoid()


def test_a_layer_is_what_stands_before_a_nonlinearity_call_or_module():
    network, x = Residual(), torch.randn(3, 2, 8, 8)
    with torch.no_grad(), Activations() as seen:
        network(x)
    kind, layers = seen.layers
    assert kind == "conv_maxpool4"
    by_hand = [max_pool2d(a, 2) for a in (network.h, network.sum, network.end)]
    assert len(layers) == 3 and all(map(torch.equal, layers, by_hand))


def test_layers_of_a_dcgan_critic_are_those_of_its_body():
    model, x = model_of("dcgan"), some_images(30).images
    read = read_critic(model, x)
    body = model.game.pairs[0].critic.network.body.eval()
    with torch.no_grad():
        h = torch.from_numpy(x).float() / 127.5 - 1
        wanted = []
        for module in body:
            h = module(h)
            if isinstance(module, nn.LeakyReLU):
                wanted.append(h.clone().flatten(1))
    assert read.kind == "conv_maxpool4" and read.layers == [[4, 4, 4], [8, 2, 2]]
    assert read.logits is None and read.features.dtype == np.float32
    np.testing.assert_allclose(read.features, torch.cat(wanted, 1), rtol=1e-5, atol=1e-7)


def test_a_critic_without_convolutions_is_read_off_its_hidden_layers():
    model, x = model_of("ns_gan"), some_images(10).images
    read = read_critic(model, x)
    assert read.kind == "hidden" and read.layers == [[8], [8]]
    verdict = model.game.pairs[0].critic.network.eval()(torch.from_numpy(x) / 127.5 - 1)
    np.testing.assert_allclose(read.features[:, 8:], verdict.features.detach(), rtol=1e-5)


@pytest.mark.parametrize("name", ZOO)
def test_every_critic_that_is_not_told_can_be_read(name):
    model, x = model_of(ZOO[name]), some_images(300).images
    if ZOO[name].game.critic_told_by == "input":
        with pytest.raises(ValueError, match="told the class"):
            read_critic(model, x)
        return
    read = read_critic(model, x)
    assert read.features.shape == (300, sum(np.prod(layer) for layer in read.layers))
    assert np.isfinite(read.features).all() and read.features.std(0).max() > 0


@pytest.mark.parametrize("how", ["projection", "nothing"])
def test_a_critic_whose_layers_are_not_told_is_read_whatever_is_said_of_the_class(how):
    told = narrow("dcgan", game={"conditional": True, "critic_told": how})
    untold = narrow("dcgan")
    x = some_images(20).images
    one, two = (read_critic(model_of(variant), x) for variant in (told, untold))
    assert one.layers == two.layers and one.features.shape == two.features.shape


def test_what_is_read_depends_on_no_dropout_and_leaves_no_trace():
    model, x = model_of("ns_gan"), some_images(20).images
    before = [p.clone() for p in model.game.pairs[0].critic.network.parameters()]
    assert np.array_equal(read_critic(model, x).features, read_critic(model, x).features)
    after = list(model.game.pairs[0].critic.network.parameters())
    assert all(map(torch.equal, before, after))


# The classifier


def test_separable_features_are_learned_without_error():
    y = np.arange(50) % 5
    x = np.eye(5)[y] * 300 + np.random.default_rng(0).normal(0, 1, (50, 5))
    errors, c = judge(Examples(x, y), Examples(x[::-1], y[::-1]), lambda: None)
    assert errors == 0 and c == CANDIDATES[0]


def test_features_that_say_nothing_are_no_better_than_chance():
    random = np.random.default_rng(0)
    y = np.arange(400) % 2
    errors, _ = judge(
        Examples(random.normal(size=(400, 3)), y),
        Examples(random.normal(size=(400, 3)), y),
        lambda: None,
    )
    assert 150 < errors < 250


def test_c_is_chosen_on_the_last_fifth_and_never_on_test_images(monkeypatch):
    y = np.arange(20) % 2
    train, test = Examples(np.arange(40.0).reshape(20, 2), y), Examples(np.ones((7, 2)), y[:7])
    asked, counted = [], []

    def errors_of(c, learned, examples):
        asked.append((c, len(learned.y), learned.y.tolist(), len(examples.y)))
        return {0.1: 2, 1.0: 1, 10.0: 1}[c] if len(learned.y) < 20 else 5

    monkeypatch.setattr(linear_svm, "errors_of", errors_of)
    assert judge(train, test, lambda: counted.append(1)) == (5, 1.0)
    kept = y[:16].tolist()
    assert asked == [
        (0.1, 16, kept, 4),
        (1.0, 16, kept, 4),
        (10.0, 16, kept, 4),
        (1.0, 20, y.tolist(), 7),
    ]
    assert len(counted) == FITS


def test_features_are_brought_to_one_scale_by_the_training_images():
    random = np.random.default_rng(0)
    x = (random.normal(5, [1, 100, 1e-4, 0], (500, 4)) + [0, 0, 0, 0.1]).astype(np.float32)
    one = standardized(Examples(x, np.zeros(500)), Examples(x, np.zeros(500))).x
    np.testing.assert_allclose(one.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(one.var(0), [0.25, 0.25, 0.25, 0], atol=1e-9)
    other = standardized(Examples(x + 1, np.zeros(500)), Examples(x, np.zeros(500))).x
    assert other[:, 0].mean() == pytest.approx(0.5 / x[:, 0].std(dtype=np.float64), rel=1e-5)
    assert not other[:, 3].any()


def test_one_class_teaches_nothing():
    one = Examples(np.zeros((10, 2)), np.zeros(10, np.int64))
    with pytest.raises(ConfigError, match="images of 2 classes"):
        judge(one, one, lambda: None)


# The stage


@pytest.fixture
def place(tmp_path):
    save_data(tmp_path / "data" / "normalized")
    return tmp_path


def run(place, variant, settings=None, name="it"):
    model = place / "models" / name
    if not model.exists():
        save_model(model, variant, place / "data/normalized")
    out = place / "out.json"
    represent(name, settings or Represent(), model, place / "data/normalized", out, "cpu")
    return json.loads(out.read_text("utf-8"))


def test_the_figures_of_a_trained_critic(place):
    row = run(place, ZOO["dcgan"])
    first = (place / "out.json").read_bytes()
    assert (
        row["features_critic_conv_maxpool4"] == row["features_untrained_conv_maxpool4"] == 64 + 32
    )
    assert row["features_pixels"] == 64 and row["layers"] == [[4, 4, 4], [8, 2, 2]]
    assert (row["n_train"], row["n_held_out_for_c"], row["n_test"], row["classes"]) == (
        60,
        12,
        20,
        10,
    )
    for key in ("critic_conv_maxpool4", "untrained_conv_maxpool4", "pixels"):
        assert row[f"l2svm_accuracy_{key}"] == pytest.approx(1 - row[f"l2svm_errors_{key}"] / 20)
        assert row[f"l2svm_c_{key}"] in CANDIDATES
    assert "class_head_test_errors" not in row
    run(place, ZOO["dcgan"])
    assert (place / "out.json").read_bytes() == first


def test_the_figure_of_pixels_against_another_pipeline_of_scikit_learn(place):
    row = run(place, ZOO["dcgan"], Represent(images=40, seed=3))
    train, test = (ImageSet.load(place / f"data/normalized/{s}.npz") for s in ("train", "test"))
    rows = generator_of(3, ORDER, 0).permutation(60)[:40]
    x, y = train.images[rows].reshape(40, -1), train.labels[rows]
    scale = StandardScaler().fit(x)
    x, z = scale.transform(x) / 8, scale.transform(test.images.reshape(20, -1)) / 8  # 8 = sqrt(64)
    held = [
        (LinearSVC(C=c, dual=False).fit(x[:32], y[:32]).predict(x[32:]) != y[32:]).sum()
        for c in CANDIDATES
    ]
    # The stage scales by all 40 images, as this does; C is the first of those with the fewest errors.
    c = CANDIDATES[int(np.argmin(held))]
    wrong = (LinearSVC(C=c, dual=False).fit(x, y).predict(z) != test.labels).sum()
    assert (row["l2svm_c_pixels"], row["l2svm_errors_pixels"], row["n_train"]) == (c, wrong, 40)


def test_the_untrained_critic_is_the_one_that_training_began_with(place):
    folder = save_model(place / "models/it", ZOO["dcgan"], place / "data/normalized", steps=0)
    one, two = Model.load(folder, "cpu"), Model.untrained(folder, "cpu")
    for a, b in zip(*(m.game.networks.values() for m in (one, two)), strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))
    row = run(place, ZOO["dcgan"])
    assert row["l2svm_errors_critic_conv_maxpool4"] == row["l2svm_errors_untrained_conv_maxpool4"]


def test_a_trained_critic_differs_from_it(place):
    folder = save_model(place / "models/it", ZOO["dcgan"], place / "data/normalized")
    x = some_images(20).images
    one, two = (read_critic(make(folder, "cpu"), x) for make in (Model.load, Model.untrained))
    assert not np.allclose(one.features, two.features)


def test_a_ruined_critic_knows_no_class_and_its_untrained_self_is_as_it_was(place):
    before = run(place, ZOO["dcgan"])
    weights = place / "models/it/weights.safetensors"
    save_file({key: torch.zeros_like(value) for key, value in load_file(weights).items()}, weights)
    after = run(place, ZOO["dcgan"])
    errors = "l2svm_errors_critic_conv_maxpool4"
    assert before[errors] < 18 and after[errors] == 18  # one class of ten for all
    kept = [key for key in before if "untrained" in key or "pixels" in key]
    assert len(kept) == 8 and all(before[key] == after[key] for key in kept)


def test_the_class_head_is_judged_on_the_real_test_images(place):
    variant = on("supervise")
    row = run(place, variant)
    critic = Model.load(place / "models/it", "cpu").game.pairs[0].critic.network.eval()
    test = ImageSet.load(place / "data/normalized/test.npz")
    logits = critic(torch.from_numpy(test.images) / 127.5 - 1).heads["class"]
    wrong = int((logits.argmax(1).numpy() != test.labels).sum())
    assert (row["class_head_test_errors"], row["class_head_test_error"]) == (wrong, wrong / 20)


@pytest.mark.parametrize("trick", ["adaptive_augment", "augment", "dequantize", "instance_noise"])
def test_what_changes_images_at_random_is_left_out(place, trick):
    """Read as it was trained the critic says another thing each time; read without the trick, not."""
    folder = save_model(place / "models/it", on(trick), place / "data/normalized")
    weights = load_file(folder / "weights.safetensors")
    if trick == "adaptive_augment":
        save_file(weights | {"critic_chance/p": torch.tensor(1.0)}, folder / "weights.safetensors")
    x = some_images(20).images
    for make in (Model.load, Model.untrained):
        one, two = (read_critic(make(folder, "cpu", CHANGES_IMAGES), x) for _ in range(2))
        assert np.array_equal(one.features, two.features)
    one, two = (read_critic(Model.load(folder, "cpu"), x) for _ in range(2))
    assert not np.array_equal(one.features, two.features)
    run(place, on(trick))
    first = (place / "out.json").read_bytes()
    torch.manual_seed(5)
    run(place, on(trick))
    assert (place / "out.json").read_bytes() == first


def test_a_told_critic_and_unlabeled_or_other_images_are_refused(place):
    with pytest.raises(ValueError, match="told the class"):
        run(place, narrow("dcgan", **TOLD), name="told")
    assert not (place / "out.json").exists()
    save_model(place / "models/it", ZOO["dcgan"], place / "data/normalized")
    save_data(place / "data/normalized", classes=("a", "b"))
    with pytest.raises(
        ValueError, match=r"trained on images of .*\(1, 8, 10\); these are \(1, 8, 2\)"
    ):
        run(place, ZOO["dcgan"])
    save_data(place / "data/normalized", classes=())
    with pytest.raises(ConfigError, match=r"a folder for each class, or .*represent.variants=\[\]"):
        run(place, ZOO["dcgan"])
    with pytest.raises(ValueError, match="train this variant first"):
        represent(
            "no",
            Represent(),
            place / "models/no",
            save_data(place / "data/normalized"),
            place / "o",
            "cpu",
        )


# The command, and its section of params.yaml


def test_the_command_writes_where_dvc_looks(place, monkeypatch):
    monkeypatch.chdir(place)
    (place / "params.yaml").write_text((ROOT / "params.yaml").read_text("utf-8"), "utf-8")
    save_model(place / "models/dcgan", ZOO["dcgan"], place / "data/normalized")
    result = CliRunner().invoke(app, ["represent", "dcgan", "--device", "cpu"])
    assert result.exit_code == 0, result.output
    assert json.loads((place / "metrics/represent/dcgan.json").read_text())["n_test"] == 20
    result = CliRunner().invoke(app, ["represent", "dcgam"])
    assert result.exit_code == 1 and "mean 'dcgan'" in result.output


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            {"variants": ["dcgam"]},
            ["represent.variants: unknown variant 'dcgam'", "valid: experiment,", "mean 'dcgan'"],
        ),
        ({"variants": ["dcgan", "dcgan"]}, ["represent.variants", "stand there once"]),
        ({"images": 0}, ["represent.images", "got 0"]),
        ({"image": 5}, ["represent: unknown key 'image'", "variants, images, seed"]),
    ],
)
def test_a_wrong_section_is_refused(section, words):
    with pytest.raises(ConfigError) as fault:
        parse(read(ROOT / "params.yaml") | {"represent": section}, ROOT / "params.yaml")
    assert all(word in str(fault.value) for word in words), fault.value


def test_the_section_may_be_left_out_and_may_name_the_experiment():
    raw = read(ROOT / "params.yaml")
    raw.pop("represent", None)
    assert parse(raw, ROOT / "params.yaml").represent == Represent()
    section = {"variants": ["experiment", "dcgan"]}
    assert parse(raw | {"represent": section}, ROOT / "params.yaml").represent.images == 10_000


def test_a_critic_that_is_read_twice_says_the_same_twice(tmp_path):
    data = save_data(tmp_path / "data")
    model = Model.load(save_model(tmp_path / "m", on("standardize"), data), "cpu")
    images = some_images(30).images
    one, two = (read_critic(model, images).features for _ in range(2))
    assert np.array_equal(one, two)


def test_an_untrained_critic_has_grown_as_the_trained_one(tmp_path):
    """Else layers of two different networks would be compared."""
    folder = save_model(
        tmp_path / "m",
        narrow("progressive", game={"phase_images": 40}),
        save_data(tmp_path / "data"),
        steps=40,
    )
    trained, untrained = Model.load(folder, "cpu"), Model.untrained(folder, "cpu")
    images = some_images(20).images
    assert read_critic(untrained, images).layers == read_critic(trained, images).layers
    assert len(read_critic(untrained, images).layers) > 3
