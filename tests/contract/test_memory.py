"""A GPU without room: the error names the batch and what would fit. No GPU is needed for it."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from reprogan import memory, training
from reprogan.memory import Memory, OutOfMemoryError, naming_batch
from reprogan.metrics.features import extract
from reprogan.sampling import Model, RuinedImagesError
from reprogan.settings import Train
from reprogan.stages.train import Machine, train
from small import ZOO
from trained import save_data, save_model

GIB = 2**30


@pytest.mark.parametrize(
    ("fixed", "peak", "asked", "room", "batch", "fits"),
    [
        (2, 8, 2, 11, 96, 64),  # 1/12 an image: 108 would, were it not that 96 did not
        (2, 8, 2, 6, 64, 32),  # 1/8 an image: (6 - 2) * 8 = 32
        (2, 8, 2, 5.875, 64, 16),  # 31
        (2, 8, 2, 7.5, 64, 32),  # 44
        (2, 8, 2, 2.125, 64, 1),
        (2, 8, 2, 2.0625, 64, 0),  # half an image
        (2, 8, 2, 1, 64, 0),  # not even what every batch needs
        (0, 0, 8, 8, 256, 128),  # as large as there is room, and yet it failed
        (0, 4, 0, 100, 64, 32),  # room enough by the numbers: still no batch that has failed
        (0, 0, 0, 8, 2, 1),
        (0, 0, 0, 8, 1, 0),
    ],
)
def test_what_fits_worked_out_by_hand(fixed, peak, asked, room, batch, fits):
    sizes = (int(size * GIB) for size in (fixed, peak, asked, room))
    assert Memory(*sizes).fitting(batch) == fits


@pytest.fixture
def gpu(monkeypatch):
    """A report of 1 GiB of tensors, 5 at the peak, and room for 7 (3 free, 4 in torch's hands)."""
    monkeypatch.setattr(memory, "held", lambda device: GIB)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (3 * GIB, 80 * GIB))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: 5 * GIB)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 4 * GIB)


FULL = "CUDA out of memory. Tried to allocate 4.00 GiB. GPU 0 has a total capacity of 79.11 GiB"


def failing(*words, **options):
    raise torch.OutOfMemoryError(FULL)


def test_what_torch_asked_for_counts(gpu):
    """5 + 4 - 1 = 8 GiB of 512 images; room for 6 GiB of them: 384, so 256."""
    with (
        pytest.raises(OutOfMemoryError) as caught,
        naming_batch("it: training", 512, torch.device("cuda"), "{fits} would"),
    ):
        failing()
    assert str(caught.value) == (
        "it: training: 512 images at a time do not fit onto cuda: they want more than 9.00 GiB, and"
        " there is room for 7.00 GiB. 256 would"
    )
    assert isinstance(caught.value.__cause__, torch.OutOfMemoryError)


def test_what_an_earlier_batch_held_does_not_count(gpu, monkeypatch):
    """A peak of 60 GiB is forgotten when the next begins: 5 at its own."""
    peak = [60 * GIB]
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(
        torch.cuda, "reset_peak_memory_stats", lambda device: peak.__setitem__(0, GIB)
    )
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: peak[0])
    with (
        pytest.raises(OutOfMemoryError, match=r"more than 9.00 GiB, .* 256 would"),
        naming_batch("it", 512, torch.device("cuda"), "{fits} would"),
    ):
        peak[0] += 4 * GIB
        failing()


def test_other_faults_stay_what_they_are():
    with (
        pytest.raises(RuntimeError, match="a kernel"),
        naming_batch("it", 8, torch.device("cpu"), "{fits}"),
    ):
        raise RuntimeError("a kernel")


def test_no_batch_fits(gpu, monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (0, 80 * GIB))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: GIB)
    with (
        pytest.raises(OutOfMemoryError, match="Not even one image would fit: take a GPU that"),
        naming_batch("it", 512, torch.device("cuda"), "{fits} would"),
    ):
        failing()


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return save_data(folder)


def test_training_names_batch_and_how_to_change_it(gpu, data, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "train", failing)
    settings = Train(images=1, batch=512)
    with pytest.raises(OutOfMemoryError) as caught:
        train("it", ZOO["ns_gan"], settings, 5, data, tmp_path / "it", tmp_path / "it.csv",
              Machine(tmp_path / "scratch", "cpu"))  # fmt: skip
    for words in ("it: training: 512 images", "-S train.batch=256", "another experiment"):
        assert words in str(caught.value)


def test_drawing_and_looking_name_theirs_which_cannot_be_changed(gpu, data, tmp_path, monkeypatch):
    model = Model.load(save_model(tmp_path / "it", ZOO["ns_gan"], data), "cpu")
    with monkeypatch.context() as patch:
        patch.setattr(type(model.game), "sample", failing)
        for draw in (lambda: next(model.images(0, 7)), lambda: model.square(0, 2)):
            with pytest.raises(OutOfMemoryError, match="it: drawing: 100 images .* --device cpu"):
                draw()

    class Failing(torch.nn.Module):
        forward = failing

    with pytest.raises(OutOfMemoryError, match="features: 256 images .* --device cpu"):
        extract(Failing(), np.zeros((3, 1, 8, 8), np.uint8))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_images_that_are_not_finite_are_refused(data, tmp_path, value):
    """As bytes, NaN would be black and infinity white."""
    folder = save_model(tmp_path / "wild", ZOO["ns_gan"], data)
    path = folder / "weights.safetensors"
    tensors = load_file(path)
    last = [name for name in tensors if name.startswith("generator/") and "bias" in name][-1]
    tensors[last][0] = value
    save_file(tensors, path)
    model = Model.load(folder, "cpu")
    said = "wild draws images that are not finite: 100 of 100"
    if value != value:
        with pytest.raises(RuinedImagesError, match=said):
            next(model.images(0, 7))
        with pytest.raises(RuinedImagesError, match=said):
            model.square(0, 2)
    model.game.pairs[0].generator.network.forward = lambda z, given=None: torch.where(
        torch.arange(len(z))[:, None, None, None] == 3, value, torch.zeros(len(z), 1, 8, 8)
    )
    with pytest.raises(RuinedImagesError, match="finite: 1 of 100"):
        next(model.images(0, 7))
