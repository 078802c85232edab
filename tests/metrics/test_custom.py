"""Networks of one's own: what files are taken, what is done to images, what is refused."""

import io
import json
import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from reprogan.component import ConfigError
from reprogan.data.imageset import ImageSet
from reprogan.metrics.extractors.custom import Custom
from reprogan.metrics.extractors.exported import SHAPE, STEP
from reprogan.metrics.features import extract

# What tests do to make files; to load them must warn of nothing.
pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")


class Small(nn.Module):
    """Convolution, batch norm, pooled to 4 features, and 3 logits."""

    def __init__(self, channels: int = 3):
        super().__init__()
        self.convolution = nn.Conv2d(channels, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        features = self.norm(self.convolution(x)).relu().mean((2, 3))
        return features, self.head(features)


class Mean(nn.Module):
    """The mean of each channel: features that can be worked out by hand."""

    def forward(self, x):
        return x.mean((2, 3))


class Returning(nn.Module):
    """What a mistaken network may return."""

    def __init__(self, what: str):
        super().__init__()
        self.what = what

    def forward(self, x):
        if self.what == "an image":
            return x
        if self.what == "bytes":
            return x.mean((2, 3)).to(torch.uint8)
        if self.what == "not a number":
            return x.mean((2, 3)) / 0 * 0
        return x.mean((2, 3))[1:]


def scripted(module, path):
    torch.jit.script(module).save(str(path))
    return path


def exported(module, path, channels=3, size=8, dynamic=True):
    batch = ({0: torch.export.Dim.AUTO},) if dynamic else None
    x = torch.rand(4, channels, size, size)
    torch.export.save(torch.export.export(module, (x,), dynamic_shapes=batch), path)
    return path


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    module = Small()
    for _ in range(3):
        module(torch.rand(16, 3, 8, 8))
    return module.eval()


@pytest.fixture(scope="module")
def files(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    return {
        "script": scripted(small, folder / "script.pt"),
        "export": exported(small, folder / "export.pt2"),
    }


def pictures(count=20, channels=1, size=12):
    x = np.random.default_rng(0).integers(0, 256, (count, channels, size, size), dtype=np.uint8)
    return ImageSet(images=x, labels=np.full(count, -1), classes=())


def fitted(extractor, train):
    content = extractor.fit(train)
    return extractor.load(content, train.channels, train.size, 0)


@pytest.mark.parametrize("kind", ["script", "export"])
def test_features_are_what_the_network_makes_of_resized_and_scaled_images(small, files, kind):
    train = pictures()
    extractor = Custom(
        path=str(files[kind]), channels=3, size=8, low=-1, high=1,
        mean=[0.1, 0.2, 0.3], std=[0.5], batch=8,
    )  # fmt: skip
    network = fitted(extractor, train)
    found = extract(network, train.images)
    x = nn.functional.interpolate(
        torch.from_numpy(train.images).float(), (8, 8), mode="bilinear", antialias=True
    )
    x = (x.repeat(1, 3, 1, 1) / 127.5 - 1 - torch.tensor([0.1, 0.2, 0.3]).view(3, 1, 1)) / 0.5
    with torch.no_grad():
        features, logits = small(x)
    np.testing.assert_allclose(found.features, features.numpy(), atol=1e-5)
    np.testing.assert_allclose(found.logits, logits.numpy(), atol=1e-5)
    again = extract(network, train.images, jobs=2)
    np.testing.assert_array_equal(again.features, found.features)
    again = extract(network.train(), train.images)
    np.testing.assert_array_equal(again.features, found.features)
    seen = extractor.intake(1, 12)
    assert (seen.channels, seen.size, seen.resizer) == (3, 8, "antialiased_bilinear")
    assert (seen.low, seen.high, extractor.names(("a", "b"))) == (-1, 1, ())


def test_ranges_by_hand(tmp_path):
    path = scripted(Mean(), tmp_path / "mean.pt")
    x = np.zeros((2, 3, 4, 4), np.uint8)
    x[1] = 255
    x[:, 2] = 51
    train = ImageSet(images=x, labels=np.full(2, -1), classes=())
    for told, black, white, fifth in (
        ({}, 0, 1, 0.2),
        ({"low": -1.0}, -1, 1, -0.6),
        ({"high": 255.0}, 0, 255, 51),
        ({"mean": [0.5], "std": [0.25]}, -2, 2, -1.2),
    ):
        found = extract(fitted(Custom(path=str(path), **told), train), x)
        expected = [[black, black, fifth], [white, white, fifth]]
        np.testing.assert_allclose(found.features, expected, rtol=1e-6)
        assert found.logits is None
    assert Custom().intake(3, 4).resizer == "none"


def test_a_file_of_another_hash_is_refused_and_both_are_told(files):
    import hashlib

    held = hashlib.sha256(files["script"].read_bytes()).hexdigest()
    path = str(files["script"])
    assert Custom(path=path, sha256=held, channels=3).fit(pictures())
    with pytest.raises(ConfigError, match=f"SHA-256 {held}, not {'0' * 64}"):
        Custom(path=path, sha256="0" * 64).fit(pictures())
    with pytest.raises(ValueError, match="sha256"):
        Custom(path=path, sha256="abc")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("an image", r"returns \(64, 1, 12, 12\) float32 for 64 images; valid: \(B, D\)"),
        ("bytes", r"returns \(64, 1\) uint8"),
        ("not a number", "not finite numbers"),
        ("one less", r"returns \(63, 1\) float32"),
    ],
)
def test_what_is_returned_must_be_features(tmp_path, what, said):
    path = scripted(Returning(what), tmp_path / "returning.pt")
    with pytest.raises(ConfigError, match=said):
        Custom(path=str(path)).fit(pictures())


@pytest.mark.parametrize("kind", ["script", "export"])
def test_images_that_it_was_not_made_for_are_told(files, kind):
    with pytest.raises(ConfigError, match=r"given \(64, 1, 8, 8\) float32, it fails"):
        Custom(path=str(files[kind]), size=8).fit(pictures())
    with pytest.raises(ConfigError, match="sees 1 channels, and images have 3"):
        Custom(path=str(files[kind]), channels=1).fit(pictures(channels=3))


def test_a_network_saved_in_training_mode_is_refused(tmp_path):
    path = exported(Small().train(), tmp_path / "training.pt2")
    with pytest.raises(ConfigError, match=r"save it in evaluation mode, after .eval\(\)"):
        Custom(path=str(path), channels=3, size=8).fit(pictures())


def test_an_exported_batch_of_one_number_is_the_one_that_is_given(tmp_path, small):
    path = str(exported(small, tmp_path / "four.pt2", dynamic=False))
    told = {"path": path, "channels": 3, "size": 8}
    assert Custom(**told, batch=4).fit(pictures())
    with pytest.raises(ConfigError, match=r"given \(64, 3, 8, 8\)"):
        Custom(**told).fit(pictures())


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return self.path.touch, ()


@pytest.mark.parametrize("kind", ["state_dict", "module", "cut", "text", "gone"])
def test_other_files_are_refused_before_anything_in_them_is_run(tmp_path, files, kind):
    path = tmp_path / "file"
    match kind:
        case "state_dict":
            torch.save(Small().state_dict(), path)
        case "module":
            torch.save(Evil(tmp_path / "run"), path)
        case "cut":
            path.write_bytes(files["export"].read_bytes()[:-100])
        case "text":
            path.write_text("no archive")
    with pytest.raises(ConfigError, match=r"pickle at best|cut short|cannot be read: No such file"):
        Custom(path=str(path)).fit(pictures())
    assert not (tmp_path / "run").exists()


def tampered(path, out, change):
    """A copy of an archive with files changed: name -> content, None for no change."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(name, content) or content)
    return out


@pytest.mark.parametrize("trap", ["inputs", "step", "shape", "weight", "object"])
def test_an_exported_program_that_would_run_anything_else_is_refused(tmp_path, files, trap):
    """Each of these runs code of the file in torch.export.load, or in what it gives."""
    mark = tmp_path / "run"
    pickle = io.BytesIO()
    torch.save((Evil(mark),), pickle)

    def change(name, content):
        if trap == "inputs" and "sample_inputs" in name:
            return pickle.getvalue()
        if trap in ("step", "shape") and name.endswith("models/model.json"):
            told = json.loads(content)
            if trap == "step":
                told["graph_module"]["graph"]["nodes"][0]["target"] = "torch.os.system"
                return json.dumps(told)
            return json.dumps(told).replace("Symbol('s77'", "exec('s77'").encode()
        if trap == "weight" and name.endswith("weights_config.json"):
            return content.replace(b'"use_pickle": false', b'"use_pickle": true')
        if trap == "weight" and "/weights/weight_" in name:
            return pickle.getvalue()
        return None

    path = tampered(files["export"], tmp_path / "evil.pt2", change)
    if trap == "object":
        with zipfile.ZipFile(path, "a") as archive:
            folder = archive.namelist()[0].partition("/")[0]
            archive.writestr(f"{folder}/data/constants/opaque_obj_0", pickle.getvalue())
    with pytest.raises(ConfigError, match=r"evil\.pt2") as caught:
        Custom(path=str(path), channels=3, size=8).fit(pictures())
    assert not mark.exists()
    said = {"step": "'torch.os.system'", "shape": "arithmetic of sizes", "object": "no tensor"}
    assert said.get(trap, "") in str(caught.value)


def test_steps_and_shapes_that_a_network_needs_are_taken_and_no_others():
    for step in ("torch.ops.aten.conv2d.default", "_operator.getitem"):
        assert STEP.fullmatch(step)
    for step in (
        "torch.hub.load",
        "torch.ops.aten.save.default",
        "_operator.methodcaller",
        "math.x",
    ):
        assert not STEP.fullmatch(step)
    for shape in ("s77", "Mul(Integer(2), Symbol('s0', positive=True, integer=True))", "2*s0 + 1"):
        assert SHAPE.fullmatch(shape)
    for shape in ("exec(1)", "Symbol('s0').args", "__import__", "s0 if 1 else 2", "Symbol[0]"):
        assert not SHAPE.fullmatch(shape)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"low": 1.0}, "low and high must differ"),
        ({"mean": [0.1, 0.2]}, "must have 1 or 3 numbers; got 2 and 1"),
        ({"channels": 1, "std": [1.0, 1.0, 1.0]}, "must have 1 numbers; got 1 and 3"),
        ({"std": [0.0]}, "greater than 0"),
        ({"batch": 0}, "greater than or equal to 1"),
        ({"channels": 2}, "1 or 3"),
    ],
)
def test_settings_that_mean_nothing_are_refused(told, said):
    with pytest.raises(ValueError, match=said):
        Custom.model_validate(told)
