"""The machine that scores, and the judge by images that were looked at just now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..data.imageset import ImageSet
from ..metrics.looking import Looked
from ..metrics.measures.metric import Real
from ..metrics.settings import Evaluate
from ..stages.evaluate import Judge


@dataclass(frozen=True, kw_only=True)
class Machine:
    """device: where networks run. jobs: processes that look at images, on a CPU."""

    device: str = "cpu"
    jobs: int = 1


def judge_by(
    looked: Looked, settings: Evaluate, sets: Mapping[str, ImageSet], device: str
) -> Judge:
    """The judge of samples against these images."""
    splits = {
        split: replace(of_it.seen, images=sets[split].images)
        for split, of_it in looked.stored.items()
    }
    names = looked.card.extractor.names(looked.card.classes)
    real = Real(splits, settings.split, names, settings.seed)
    sha256 = looked.stored[settings.split].images_sha256
    return Judge(settings, looked.card, looked.network, real, sha256, device)
