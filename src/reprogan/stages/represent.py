"""The `represent` stage: what a critic knows of classes. Radford et al. 2016, section 5.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..component import ConfigError
from ..data.imageset import ImageSet
from ..files import write
from ..linear_svm import CANDIDATES, FITS, PART, Examples, judge
from ..metrics.one_thread import one_thread
from ..progress import progress
from ..representation import CHANGES_IMAGES, Reading, read
from ..sampling import Model
from ..settings import Represent
from ..streams import ORDER, generator_of

DIGITS = 6
"""Decimals of a share."""

Pixels = npt.NDArray[np.uint8]


def represent(
    name: str, settings: Represent, model: Path, normalized: Path, out: Path, device: str
) -> None:
    """Write the JSON `out`; same input, same bytes, on one machine.

    A linear L2-SVM learns the classes of training images from what the critic's layers make of
    them, and is tested on the real test images; so it does from the layers of the same critic with
    the weights that its training began from, and from raw pixels.
    Raises ValueError for images without classes, or other ones than the model was trained on, and
    for a critic that cannot be tested so.
    """
    train, test = (ImageSet.load(normalized / f"{split}.npz") for split in ("train", "test"))
    trained = Model.load(model, device, without=CHANGES_IMAGES)
    refuse(model, trained, train, test)
    rows = generator_of(settings.seed, ORDER, 0).permutation(len(train))[: settings.images]
    images = train.images[rows], test.images
    learned = both(trained, images)
    unlearned = both(Model.untrained(model, device, without=CHANGES_IMAGES), images)
    features = {
        f"critic_{learned[0].kind}": [reading.features for reading in learned],
        f"untrained_{unlearned[0].kind}": [reading.features for reading in unlearned],
        "pixels": [part.reshape(len(part), -1).astype(np.float32) for part in images],
    }
    row: dict[str, Any] = {}
    with one_thread(), progress(f"{name} represents", FITS * len(features), "fits") as bar:
        for key, (x, of_test) in features.items():
            shown, asked = Examples(x, train.labels[rows]), Examples(of_test, test.labels)
            errors, c = judge(shown, asked, lambda: bar.advance(1))
            row |= {
                f"l2svm_accuracy_{key}": round(1 - errors / len(test), DIGITS),
                f"l2svm_errors_{key}": errors,
                f"l2svm_c_{key}": c,
                f"features_{key}": x.shape[1],
            }
    row |= head(learned[1].logits, test.labels) | {
        "layers": learned[0].layers,
        "classes": len(train.classes),
        "n_train": len(rows),
        "n_held_out_for_c": len(rows) // PART,
        "c_candidates": list(CANDIDATES),
        "n_test": len(test),
        "seed": settings.seed,
    }
    write(out, json.dumps(row, indent=2, allow_nan=False) + "\n")


def both(model: Model, images: tuple[Pixels, Pixels]) -> tuple[Reading, Reading]:
    """What a critic makes of training and of test images, read in this order."""
    return read(model, images[0]), read(model, images[1])


def refuse(path: Path, model: Model, train: ImageSet, test: ImageSet) -> None:
    """Only labeled images like those that the model was trained on, and some to test on."""
    if not train.classes:
        raise ConfigError(
            "represent: a test of classes needs labeled images, and these have no classes; put them"
            " into a folder for each class, or leave the test out: -S 'represent.variants=[]'"
        )
    shape = (model.shape.channels, model.shape.size, model.shape.classes)
    if shape != (train.channels, train.size, len(train.classes)):
        raise ValueError(
            f"{path} was trained on images of (channels, size, classes) {shape}; these are"
            f" {(train.channels, train.size, len(train.classes))}: train it again"
        )
    if not len(test):
        raise ValueError("represent: there is no test image; set data.test_share")


def head(logits: npt.NDArray[np.float32] | None, labels: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Errors of the critic's own word for the class of real test images; nothing without any."""
    if logits is None:
        return {}
    errors = int((logits.argmax(axis=1) != labels).sum())
    return {
        "class_head_test_errors": errors,
        "class_head_test_error": round(errors / len(labels), DIGITS),
    }
