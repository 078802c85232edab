"""Arithmetic as a person writes it: "A - B + C"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..component import ConfigError


@dataclass(frozen=True, slots=True)
class Term:
    """One concept: sign is 1 or -1; word is what stands there."""

    sign: int
    word: str


def terms(text: str) -> list[Term]:
    """The terms, in order; + and - have a space on either side, for names may hold a hyphen.

    Raises ConfigError where a term is missing.

    >>> [(t.sign, t.word) for t in terms("t-shirt - 3 + ankle boot")]
    [(1, 't-shirt'), (-1, '3'), (1, 'ankle boot')]
    """
    words = [word.strip() for word in re.split(r"(?<=\s)([+-])(?=\s)", f" {text} ")]
    signs = ["+", *words[1::2]]
    if not all(words[::2]):
        raise ConfigError(f"an expression is like 'A - B + C', spaces around signs; got {text!r}")
    return [Term(1 if s == "+" else -1, w) for s, w in zip(signs, words[::2], strict=True)]


def numbers(word: str) -> list[int]:
    """Numbers of samples from "3,17,20". Raises ConfigError for anything else."""
    parts = [part.strip() for part in word.split(",")]
    if not all(part.isdecimal() for part in parts):
        raise ConfigError(f"--latents takes numbers of samples, '3,17,20 - 4,8,9'; got {word!r}")
    return [int(part) for part in parts]
