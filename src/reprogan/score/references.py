"""What samples are compared with: images from anywhere, published data, or a stage's own folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..component import ConfigError, explain, unknown
from ..data.imageset import ImageSet
from ..data.settings import Data
from ..metrics.card import CARD, Card, load_card
from ..metrics.extractors.extractor import Extractor
from ..metrics.looking import look
from ..metrics.measures.metric import refuse_few
from ..metrics.measures.numbers import Numbers
from ..metrics.real import splits_in
from ..metrics.samples import refuse_unlike as refuse_foreign
from ..stages.evaluate import Judge
from .kept import kept_images, kept_judge
from .looking import Machine, judge_by
from .pile import COLORS, LONE, Fitting, Pile
from .reading import read, refuse_other
from .settings import Scoring, scoring

SIZES = {
    "digits": 8, "mnist": 28, "fashion_mnist": 28, "kmnist": 28, "cifar10": 32,
    "stacked_digits": 8, "stacked_mnist": 28, "gaussians25": 1, "ring8": 1, "swiss_roll": 1,
}  # fmt: skip
"""The sources that are known by name, and the size of their own images."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the user has typed; None where nothing was."""

    fitting: Fitting
    extractor: str | None = None
    metrics: str | None = None
    split: str | None = None
    seed: int = 0
    mirror: str | None = None

    def scoring(self, splits: Sequence[str], extractor: Any = "auto") -> Scoring:  # noqa: ANN401
        """The settings, by default against the test split where there is one."""
        split = self.split or ("test" if "test" in splits else LONE)
        if split not in splits:
            raise ConfigError(
                f"--split {split}: the reference has {', '.join(splits)}"
                + (", which is all of its images" if len(splits) == 1 else "")
            )
        return scoring(self.extractor or extractor, self.metrics, split, self.seed)


def judge_of(
    reference: str, piles: Sequence[Pile], options: Options, machine: Machine
) -> tuple[Judge, tuple[str, ...]]:
    """The judge of these piles, all of which are like the real images, and notes on those.

    reference: a name of SIZES, a folder of the reference stage, or whatever holds images. Raises
    ValueError for another, before anything is computed where that can be known.
    """
    path = Path(reference)
    if reference in SIZES:
        if path.exists():
            print(f"{path} is taken for the published data; ./{path} is yours", file=sys.stderr)
        return published(reference, piles, options, machine), ()
    if not path.exists():
        names = unknown("reference", reference, SIZES)
        raise ConfigError(f"{names} Nor is there a file or folder of that name.")
    if options.mirror is not None:
        raise ConfigError(f"--mirror is for published data ({', '.join(SIZES)}), not for {path}")
    if (path / CARD).is_file():
        return of_stage(path, piles, options, machine), ()
    return of_images(path, piles, options, machine)


def published(name: str, piles: Sequence[Pile], options: Options, machine: Machine) -> Judge:
    """Against a source by name, in its own size unless another is asked for."""
    fitting = options.fitting
    raw = {
        "name": name,
        "mirror": options.mirror,
        "size": fitting.size or SIZES[name],
        "channels": fitting.channels,
        "resize": fitting.resize,
    }
    try:
        data = Data.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"--reference {name}:\n{explain(error, raw)}") from None
    settings = options.scoring(("train", "test"))
    for pile in piles:
        refuse_other_size(pile, data.size, f"{name}, {data.size} x {data.size}")
    folder, sets = kept_images(data)
    refuse_unlike(piles, sets["train"], name)
    refuse_fewer(piles, settings, sets, extractor_of(settings, sets).logits, name)
    return kept_judge(folder, sets, settings, machine)


def of_stage(path: Path, piles: Sequence[Pile], options: Options, machine: Machine) -> Judge:
    """Against what a reference stage wrote: its extractor, its images."""
    card = load_card(path)
    settings = options.scoring(splits_in(path), card.extractor.model_dump(mode="json"))
    if settings.extractor.chosen(card.channels, card.size, card.classes) != card.extractor:
        raise ConfigError(
            f"--extractor {options.extractor}: {path} was made with {card.extractor!r}; leave the"
            " option out to take that, or name the real images and not this folder"
        )
    refuse_unlike(piles, card, str(path))
    at = Judge.of(settings, path, None, machine.device)
    refuse_fewer(piles, settings, at.real.splits, card.extractor.logits, str(path))
    return at


def of_images(
    path: Path, piles: Sequence[Pile], options: Options, machine: Machine
) -> tuple[Judge, tuple[str, ...]]:
    """Against images from anywhere, with notes on how they were read."""
    refuse_other(path)
    real = read(path, options.fitting)
    sets = real.splits
    settings = options.scoring(tuple(sets))
    refuse_unlike(piles, sets["train"], str(path))
    refuse_fewer(piles, settings, sets, extractor_of(settings, sets).logits, str(path))
    looked = look(sets, settings.extractor, machine.device, machine.jobs)
    return judge_by(looked, settings, sets, machine.device), real.notes


def refuse_unlike(piles: Sequence[Pile], real: ImageSet | Card, whose: str) -> None:
    """Raise ValueError, saying how to make both alike, for images that are not like real ones."""
    for pile in piles:
        refuse_other_size(pile, real.size, f"{whose}, {real.size} x {real.size}")
        if pile.shape[0] != real.channels:
            raise ConfigError(
                f"{pile.where} is {color(pile.shape[0])}, {whose} is {color(real.channels)}:"
                " --channels 3 repeats gray as RGB in both, --channels 1 makes both gray"
            )
        samples = pile.samples(real.classes)
        shape = real.channels, real.size
        refuse_foreign(Path(pile.where), samples.images, samples.labels, shape, len(real.classes))


def refuse_fewer(
    piles: Sequence[Pile], settings: Scoring, real: Mapping[str, Sized], logits: bool, whose: str
) -> None:
    """Raise ValueError for fewer images than a metric needs, before a network sees one."""
    sizes = {split: len(images) for split, images in real.items()}
    for pile in piles:
        there = Numbers.of(len(pile.images) // pile.draws, sizes, settings.split)
        refuse_few(settings.metrics, there, logits, f"{pile.where} against {whose}")


def extractor_of(settings: Scoring, sets: Mapping[str, ImageSet]) -> Extractor:
    """The one that such images are judged by."""
    train = sets["train"]
    return settings.extractor.chosen(train.channels, train.size, train.classes)


def refuse_other_size(pile: Pile, size: int, whose: str) -> None:
    """Raise ConfigError unless images are size x size."""
    own = pile.shape[1]
    if own != size:
        raise ConfigError(
            f"{pile.where} has images of {own} x {own}; the reference is {whose}. Nothing is"
            f" resized unasked: --size {min(own, size)} or --size {max(own, size)} makes both alike"
        )


def color(channels: int) -> str:
    """How images of so many channels are called."""
    return COLORS.get(channels, f"of {channels} channels")
