"""An extractor as files: its weights, and a card that says what they are and how good they are."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import Strict, ValidationError
from torch import nn

from ..component import Component
from ..files import write
from .extractors import ChosenExtractor
from .intake import Intake

WEIGHTS, CARD = "extractor.weights", "extractor.json"


class Card(Component):
    """What extractor.json says.

    extractor: its declaration. channels, size, classes: of the images it was made for.
    intake: what it makes of them before its first layer.
    features: the dimension of its space. accuracies: shares of real images whose class it names;
    null where it knows no classes. sha256: of the weights' file, its identity in every figure.
    """

    extractor: ChosenExtractor
    channels: int
    size: int
    classes: Annotated[tuple[str, ...], Strict(False)]  # a list in JSON
    intake: Intake
    features: int
    train_accuracy: float | None
    test_accuracy: float | None
    sha256: str


def sha256_of(content: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def save_extractor(folder: Path, card: Card, content: bytes) -> None:
    """Write both files."""
    write(folder / WEIGHTS, content)
    write(folder / CARD, card.model_dump_json(indent=2) + "\n")


def load_card(folder: Path) -> Card:
    """The card. Raises ValueError when it is missing or damaged."""
    try:
        return Card.model_validate_json((folder / CARD).read_bytes())
    except FileNotFoundError:
        raise ValueError(f"{folder / CARD} is missing: run the reference stage first") from None
    except ValidationError as error:
        raise ValueError(
            f"{folder / CARD} is no card of an extractor: run the reference stage again\n{error}"
        ) from None


def load_network(folder: Path, card: Card) -> nn.Module:
    """The network in evaluation mode, its weights checked against the card's hash.

    Raises ValueError when they are missing, are others than the card's, or do not fit its network.
    """
    path = folder / WEIGHTS
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(f"{path} is missing: run the reference stage first") from None
    if (found := sha256_of(content)) != card.sha256:
        raise ValueError(
            f"{path} has SHA-256 {found}, its card says {card.sha256}:"
            " run the reference stage again"
        )
    try:
        return card.extractor.load(content, card.channels, card.size, len(card.classes))
    except ValueError as error:
        raise ValueError(f"{path} does not fit its card: {error}") from None
