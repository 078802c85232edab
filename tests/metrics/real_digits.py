"""Real digits, and references made of them."""

from types import SimpleNamespace

import numpy as np

from reprogan.data.imageset import ImageSet
from reprogan.metrics.settings import Evaluate
from reprogan.stages.reference import reference


def load_digits():
    """1437 training and 360 test images, 8x8, stratified by a fixed seed."""
    from sklearn.datasets import load_digits as load

    bunch = load()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)[:, None]
    labels = bunch.target.astype(np.int64)
    draw = np.random.default_rng(0)
    held = [draw.permutation(np.flatnonzero(labels == k))[:36] for k in range(10)]
    test = np.isin(np.arange(len(labels)), np.concatenate(held))
    all_of_it = ImageSet(images=images, labels=labels, classes=tuple("0123456789"))
    return all_of_it.take(~test), all_of_it.take(test)


def make_reference(root, train, test, **settings):
    """Run the reference stage below `root`; its paths and settings."""
    train.save(root / "data" / "train.npz")
    test.save(root / "data" / "test.npz")
    made = SimpleNamespace(
        root=root,
        data=root / "data",
        reference=root / "reference",
        report=root / "reference.json",
        settings=Evaluate.model_validate(settings),
        train=train,
        test=test,
    )
    reference(made.settings, made.data, made.reference, made.report)
    return made
