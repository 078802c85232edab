"""Kuzushiji-MNIST: 70,000 cursive Japanese characters, 28 x 28, gray (T. Clanuwat et al. 2018)."""

from __future__ import annotations

from .idx import Idx, idx_files

KMNIST = Idx(
    files=idx_files(
        bases=(
            "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ),
        md5={
            "train images": "bdb82020997e1d708af4cf47b453dcf7",
            "train labels": "e144d726b3acfaa3e44228e80efcd344",
            "test images": "5c965bf0a639b31b8f53240b1b52f4d7",
            "test labels": "7320c461ea6c1c855c0b718fb2a4b134",
        },
        md5_of="file",
    ),
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
)
