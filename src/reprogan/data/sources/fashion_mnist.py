"""Fashion-MNIST: 70,000 pictures of clothes, 28 x 28, gray (H. Xiao et al. 2017)."""

from __future__ import annotations

from .idx import Idx, idx_files

FASHION_MNIST = Idx(
    files=idx_files(
        bases=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        md5={
            "train images": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train labels": "25c81989df183df01b3e8a0aad5dffbe",
            "test images": "bef4ecab320f06d8554ea6380940ec79",
            "test labels": "bb300cfdad3c16e7a12a480ee83cd310",
        },
        md5_of="file",
    ),
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
)
