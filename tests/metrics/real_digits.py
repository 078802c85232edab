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


METRICS = {"fid": {}, "inception_score": {"splits": 10}, "classes": {}}


def settings_of(extractor, **more):
    """The `evaluate` section, with the metrics of params.yaml."""
    return Evaluate.model_validate({"extractor": extractor, "metrics": METRICS} | more)


def make_reference(root, train, test, validation=None, **settings):
    """Run the reference stage below `root`; its paths and settings."""
    splits = {"train": train, "validation": validation, "test": test}
    for split, images in splits.items():
        if images is not None:
            images.save(root / "data" / f"{split}.npz")
    made = SimpleNamespace(
        root=root,
        data=root / "data",
        reference=root / "reference",
        report=root / "reference.json",
        settings=settings_of(**settings),
        **splits,
    )
    reference(made.settings.extractor, made.data, made.reference, made.report)
    return made
