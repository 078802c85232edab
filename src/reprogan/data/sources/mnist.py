"""MNIST: 70,000 handwritten digits, 28 x 28, gray (Y. LeCun, C. Cortes, C. Burges 1998)."""

from __future__ import annotations

from .idx import Idx, idx_files

MNIST = Idx(
    files=idx_files(
        bases=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
        md5={
            "train images": "6bbc9ace898e44ae57da46a324031adb",
            "train labels": "a25bea736e30d166cdddb491f175f624",
            "test images": "2646ac647ad5339dbf082846283269ea",
            "test labels": "27ae3e4e09519cfbb04c329615203637",
        },
        md5_of="payload",
    ),
    classes=tuple("0123456789"),
)
"""Mirrors have compressed the files anew: the payloads are verified."""
