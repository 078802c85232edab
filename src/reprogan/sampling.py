"""Images of a trained model: image i is a function of the weights, of a seed and of i."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from .checkpoint import load_networks
from .device import prepare
from .game import Game
from .memory import naming_batch
from .resident import to_bytes
from .snapshots import recall
from .stated import Stated
from .streams import INIT, seed_of
from .variant import Shape

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

CHUNK = 100
"""Images in one forward pass, always: an image's bits depend on the shape of its pass."""


ELSEWHERE = (
    "About {fits} would, but how many are drawn at a time is fixed, since bits depend on it: take a"
    " GPU that nothing else uses, or --device cpu (REPROGAN_DEVICE=cpu)"
)
"""What to do where a pass does not fit."""


class RuinedImagesError(FloatingPointError):
    """A generator whose images hold NaN or infinity."""


@dataclass(frozen=True, slots=True)
class Model:
    """A trained game on its device, and how many classes its generators are told (0: none).

    classes: their names, as the data have them; () without labels.
    """

    game: Game
    shape: Shape
    told: int
    classes: tuple[str, ...]
    device: torch.device
    folder: Path
    batch: int
    steps: int
    seed: int

    @classmethod
    def load(cls, folder: Path, device: str = "auto", without: Collection[str] = ()) -> Model:
        """Read what the train stage wrote. Raises ValueError when it is missing or damaged.

        without: names of tricks that are left out; they must shape no network.
        """
        model = cls.untrained(folder, device, without)
        load_networks(model.game, folder / "weights.safetensors")
        return model

    @classmethod
    def untrained(cls, folder: Path, device: str = "auto", without: Collection[str] = ()) -> Model:
        """The same with the weights that its training began from, on the schedules of its end."""
        stated = Stated.load(folder / "config.json")
        shape, variant, training = stated.images, stated.variant, stated.train
        where = prepare(device, training.threads)
        tricks = tuple(trick for trick in variant.tricks if trick.name not in without)
        variant = variant.model_copy(update={"tricks": tricks})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed_of(training.seed, INIT, 0))
            game = variant.build(shape, training.batch, where)
        for network in game.networks.values():
            network.eval()
        told = shape.classes if variant.game.conditional else 0
        model = cls(
            game, shape, told, stated.classes, where, folder, training.batch, stated.steps,
            training.seed,
        )  # fmt: skip
        model.reach(stated.steps)
        return model

    def reach(self, step: int) -> None:
        """Bring all that follows a schedule to where it stood after so many steps."""
        for schedule in self.game.schedules if step else ():
            schedule(step - 1, self.steps)

    @property
    def snapshots(self) -> list[int]:
        """After how many real images generators were kept on the way, in order."""
        return sorted(int(path.stem) for path in (self.folder / "snapshots").glob("*.safetensors"))

    def recall(self, shown: int) -> None:
        """Draw from now on as after `shown` real images. Raises ValueError with the valid ones."""
        if shown not in self.snapshots:
            valid = ", ".join(map(str, self.snapshots)) or "none (train.snapshot_every)"
            raise ValueError(f"{self.folder} has no snapshot at {shown} images; valid: {valid}")
        recall(self.game, self.folder / "snapshots" / f"{shown:012d}.safetensors")

    @property
    def averaged(self) -> bool:
        """Whether what is published is an average, and raw weights are something else."""
        return any(pair.published is not pair.generator.network for pair in self.game.pairs)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """Within, images are drawn by the generators that were trained, not by averages of them."""
        published = [pair.published for pair in self.game.pairs]
        try:
            for pair in self.game.pairs:
                pair.published = pair.generator.network
            yield
        finally:
            for pair, network in zip(self.game.pairs, published, strict=True):
                pair.published = network

    def images(self, seed: int, count: int) -> Iterator[Images]:
        """Images 0 to count - 1 in parts of up to CHUNK: (n, C, H, W) uint8."""
        for first in range(0, count, CHUNK):
            with self.fitting():
                drawn = draw(self.game, seed, range(first, first + CHUNK), self.told, self.device)
                part = self.whole(drawn)
            yield part[: count - first]

    def square(self, seed: int, side: int, of: int | None = None) -> tuple[Images, Labels]:
        """Images to be seen as `side` rows of `side`, (side * side, C, H, W), and their classes.

        0, 1, 2 and so on; but where classes are told, a row is of one class, row after row, and the
        classes share their noise: images 0 to side - 1 in the first row of each, the next in the
        second. With `of`, all are of that class.
        """
        rows, columns = np.divmod(np.arange(side**2), side)
        kinds = self.told if self.told and of is None else 1
        numbers = rows // kinds * side + columns
        labels = self.labels(side**2)
        if self.told:
            labels = rows % kinds if of is None else np.full_like(rows, of)
        return self.render(self.noise(seed, numbers.tolist()), labels.tolist()), labels

    def noise(self, seed: int, numbers: Sequence[int]) -> list[Tensor]:
        """What the images of these numbers are drawn from: (n, *shape) for each pair."""
        return [
            torch.cat([pair.latent.of(seed, range(i, i + 1), k) for i in numbers])
            for k, pair in enumerate(self.game.pairs)
        ]

    def render(self, z: Sequence[Tensor], told: Sequence[int] = ()) -> Images:
        """(n, C, H, W) uint8 from any noise of each pair, (n, *shape), in passes of CHUNK.

        told: the class of each image, where the generators are told one.
        """
        count, parts = len(z[0]), []
        given = torch.tensor(told) if self.told else None
        for first in range(0, count, CHUNK):
            rows = torch.arange(first, first + CHUNK) % count  # a full pass; the rest is cut off
            with self.fitting():
                part = self.game.sample(
                    [noise[rows].to(self.device) for noise in z],
                    None if given is None else given[rows].to(self.device),
                )
                parts.append(self.whole(part))
        return np.concatenate(parts)[:count]

    def fitting(self) -> AbstractContextManager[None]:
        """Within, a GPU's want of memory is told with what would fit."""
        return naming_batch(f"{self.folder.name}: drawing", CHUNK, self.device, ELSEWHERE)

    def whole(self, drawn: Tensor) -> Images:
        """One pass as bytes. Raises RuinedImagesError where a value is NaN or infinite.

        As bytes it would be a black or a white pixel, and nobody would know.
        """
        finite = drawn.isfinite().flatten(1).all(1)
        if not finite.all():
            raise RuinedImagesError(
                f"{self.folder.name} draws images that are not finite:"
                f" {int((~finite).sum())} of {len(finite)}; it has diverged. Train it with a lower"
                " learning rate, or another loss or trick"
            )
        return to_bytes(drawn).cpu().numpy()

    def labels(self, count: int) -> Labels:
        """The class that each image was told, i modulo the number of classes; -1 for none."""
        numbers = np.arange(count, dtype=np.int64)
        return numbers % self.told if self.told else np.full_like(numbers, -1)


def draw(game: Game, seed: int, images: range, told: int, device: torch.device) -> Tensor:
    """(len(images), C, H, W) float32 in [-1, 1] on the device."""
    z = [pair.latent.of(seed, images, k).to(device) for k, pair in enumerate(game.pairs)]
    given = torch.tensor([i % told for i in images], device=device) if told else None
    return game.sample(z, given)
