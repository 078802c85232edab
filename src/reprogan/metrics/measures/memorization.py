"""Has the generator kept its training images? Nearest neighbors among them tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...component import Count
from .metric import Figure, Metric, Real

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..seen import Seen

PAIRS, COLUMNS = 40, 5
"""Of the picture."""


class Memorization(Metric):
    """Authenticity (Alaa et al. 2022), and nearness to train against held-out images.

    images: at most so many samples are drawn.
    """

    name: Literal["memorization"] = "memorization"
    images: Count = 5000

    def of(self, fake: Seen, real: Real) -> dict[str, Figure]:
        """The stems `authenticity` and `nearer_train`; nothing without training images and others.

        authenticity: the share of samples that are further from the nearest training image than
        that is from the nearest other; 0 for copies. nearer_train: the share that is nearer to
        training than to as many held-out images; .5 for what favors neither.
        """
        if not self.applies(real):
            return {}
        from ..copying import closest, nearer

        samples = fake.at_most(self.images, real.seed)
        train, held_out = self.equally_many(real)
        figures = {
            "authenticity": closest(samples.features, real.splits["train"].features).authentic,
            "nearer_train": nearer(samples.features, train.features, held_out.features),
        }
        n = len(samples)
        return {
            stem: Figure(
                float(x.mean()), n, "train", float(x.std() / n**0.5), "samples, each for itself"
            )
            for stem, x in figures.items()
        }

    def missing(self, fake: Seen, real: Real, extractor: str) -> str:
        """Copies are told by images that nothing was trained on, and not on a grid of bytes."""
        if self.applies(real):
            return ""
        if "train" in real.splits and len(real.splits) > 1:
            return "the real images are points on a grid of bytes, which are all near"
        return "the real images are not parted into train and test"

    def reading(self, real: Real, n: int) -> dict[str, float]:
        """The same of held-out images, each left out of those it is compared with, and of copies.

        authenticity_real, nearer_train_real: what a generator without memory has, as far as
        training and held-out images are alike, also to the extractor: one that was trained on the
        former brings both away from a half. nearer_train_copies: of training images; it is below 1
        where they are more than the held-out images, so that not all can be compared with.
        """
        if not self.applies(real):
            return {}
        from ..copying import closest, nearer, nearer_of_held_out

        every = real.splits["train"]
        copies = every.at_most(self.images, real.seed).features
        train, held_out = (seen.features for seen in self.equally_many(real))
        return {
            "authenticity_real": float(closest(held_out, every.features).authentic.mean()),
            "nearer_train_real": float(nearer_of_held_out(train[1:], held_out).mean()),
            "nearer_train_copies": float(nearer(copies, train, held_out).mean()),
        }

    def picture(self, fake: Seen, real: Real) -> Image | None:
        """The samples that are nearest to a training image for how far that is from others.

        None of points, which cannot be told apart by looking.
        """
        samples = fake.at_most(self.images, real.seed)
        train = real.splits.get("train")
        if samples.images is None or train is None or train.images is None:
            return None
        from ...data.imageset import POINT

        if samples.images.shape[1:] == POINT:
            return None
        import numpy as np

        from ...pictures import grid, sheet
        from ..copying import closest

        found = closest(samples.features, train.features)
        first = np.argsort(found.ratio, kind="stable")[:PAIRS]
        left, right = samples.images[first], train.images[found.place[first]]
        pairs = np.concatenate([left, np.full_like(left[..., :1], 255), right], axis=3)
        least, last = found.ratio[first[[0, -1]]]
        caption = (
            f"sample | nearest training image, the {len(first)} closest of {len(samples)}\n"
            f"distance / that image's distance from others: {least:.3g} to {last:.3g}"
        )
        return sheet([(caption, grid(pairs, COLUMNS))], 1)

    def applies(self, real: Real) -> bool:
        """Whether there are training images and others; points on a grid of bytes are all near."""
        from ...data.imageset import POINT

        images = real.compared.images
        points = images is not None and images.shape[1:] == POINT
        return "train" in real.splits and len(real.splits) > 1 and not points

    def equally_many(self, real: Real) -> tuple[Seen, Seen]:
        """Training and held-out images: those compared with, unless they are the training ones."""
        held_out = real.splits["test" if real.split == "train" else real.split]
        count = min(len(real.splits["train"]), len(held_out))
        return (
            real.splits["train"].at_most(count, real.seed),
            held_out.at_most(count, real.seed),
        )
