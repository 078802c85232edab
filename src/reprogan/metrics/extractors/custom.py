"""The custom extractor: a network of one's own, from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, Strict, model_validator

from ...component import ConfigError, Count, Positive
from ...data.addresses import wrong_with_path
from ..intake import Intake
from .extractor import Extractor

if TYPE_CHECKING:
    from ...data.imageset import ImageSet
    from .custom_network import CustomNetwork

Number = Annotated[float, Field(allow_inf_nan=False)]
PerChannel = Annotated[tuple[Number, ...], Strict(False)]  # a list in YAML


class Custom(Extractor):
    """A TorchScript (torch.jit.save) or torch.export (.pt2) file, such as a network of faces.

    It must take (B, C, S, S) float32 to features (B, D), or to features and logits (B, K). It is a
    program that is run: take it from nobody whom you would not let run one.

    path: of the file. sha256: that it must have; null takes what is there, which the card records.
    channels: that it sees, gray being repeated to 3; null: those of the images.
    size: images are resized to it, bilinear and antialiased; null leaves them as they are.
    low, high: what the bytes 0 and 255 become. mean, std: then subtracted, and divided by; of all
    channels or of each. batch: images that it sees at once, always.
    """

    logits: ClassVar[bool] = False
    name: Literal["custom"] = "custom"
    path: Annotated[str, Field(min_length=1)] = "extractor.pt2"
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    channels: Literal[1, 3] | None = None
    size: Count | None = None
    low: Number = 0.0
    high: Number = 1.0
    mean: PerChannel = (0.0,)
    std: Annotated[tuple[Positive, ...], Strict(False)] = (1.0,)
    batch: Count = 64

    @model_validator(mode="after")
    def refuse_addresses(self) -> Custom:
        """Said at the section: at its key an address would be told, with what is secret in it."""
        if fault := wrong_with_path(self.path):
            raise ValueError(f"path {fault}")
        return self

    @model_validator(mode="after")
    def refuse_what_is_no_range(self) -> Custom:
        """Black must differ from white, and channels have one number each."""
        if self.low == self.high:
            raise ValueError(f"low and high must differ; both are {self.low}")
        lengths = {1, self.channels or 3}
        if not {len(self.mean), len(self.std)} <= lengths:
            raise ValueError(
                f"mean and std must have {' or '.join(map(str, sorted(lengths)))} numbers; got"
                f" {len(self.mean)} and {len(self.std)}"
            )
        return self

    def intake(self, channels: int, size: int) -> Intake:
        """What it is told to see, before mean and std."""
        side = self.size or size
        return Intake(
            channels=self.channels or channels,
            size=side,
            resizer="none" if side == size else "antialiased_bilinear",
            low=self.low,
            high=self.high,
        )

    def names(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Nobody says what its logits are of."""
        return ()

    def fit(self, train: ImageSet) -> bytes:
        """The file. Raises ConfigError where it is missing, another, or does not do as it must."""
        import hashlib

        from .custom_trial import refuse_unfit

        try:
            content = Path(self.path).read_bytes()
        except OSError as error:
            raise ConfigError(
                f"evaluate.extractor.path: {self.path} cannot be read: {error.strerror}"
            ) from None
        found = hashlib.sha256(content).hexdigest()
        if self.sha256 not in (None, found):
            raise ConfigError(
                f"evaluate.extractor: {self.path} has SHA-256 {found}, not {self.sha256}"
            )
        refuse_unfit(self, content, train)
        return content

    def load(self, content: bytes, channels: int, size: int, classes: int) -> CustomNetwork:
        """The network. Raises ValueError for a file that is neither of the two kinds."""
        from .custom_network import CustomNetwork

        return CustomNetwork(self, content)
