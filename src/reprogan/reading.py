"""YAML and JSON as plain values, one laid over another; nothing here knows what the keys mean."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from .component import ConfigError

NODES = 200_000
"""Values in one file, each alias counted as what it stands for; our largest, dvc.lock, has 9,000.
A few lines of aliases of aliases stand for more than any memory holds."""

FAULTS = (
    *(yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, RecursionError),
)
"""What PyYAML raises over text that is no YAML, and over tags whose value is another type's."""


def read(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, laid over that of its `base` if it names one.

    base: another such file, relative to this one, which has no base itself. Raises ConfigError for
    no such file, no mapping in it, or a base that cannot be one.
    """
    raw = mapping_in(path)
    if "base" not in raw:
        return raw
    base = raw.pop("base")
    if not isinstance(base, str) or not (path.parent / base).is_file():
        raise ConfigError(f"{path}: base must be a file, relative to this one; got {base!r}")
    below = mapping_in(path.parent / base)
    if "base" in below:
        raise ConfigError(f"{path}: its base {base} has a base itself, and must not")
    return overlay(below, raw)


def mapping_in(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises ConfigError for no such file, or no mapping in it."""
    try:
        raw = parse_yaml(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} not found: run this at the root of the repository") from None
    except ValueError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} must hold a mapping; got {type(raw).__name__}")
    return raw


def parse_yaml(text: str) -> Any:  # noqa: ANN401  whatever YAML holds
    """The value that stands in a text. Raises ValueError for what is no YAML, and for a bomb."""
    try:
        value = yaml.load(text, Loader=Yaml12Floats)  # noqa: S506  a SafeLoader
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except FAULTS as error:
        raise ValueError(str(error)) from None
    refuse_bombs(value)
    return value


def refuse_bombs(value: object) -> None:
    """Raise ValueError where aliases stand for more than NODES values, or for themselves."""
    left, nodes = [value], 0
    while left:
        here = left.pop()
        nodes += 1
        if nodes > NODES:
            raise ValueError(f"its aliases stand for more than {NODES} values")
        if isinstance(here, dict):
            left += here.values()
        elif isinstance(here, list | tuple | set):
            left += here


def parse_json(text: str | bytes) -> Any:  # noqa: ANN401  whatever JSON holds
    """The value that stands in a text. Raises ValueError for what is no JSON."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def overlay(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `top` laid over it: mappings are merged, all else is replaced."""
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        merged[key] = overlay(merged[key], value) if merges(key, below, value) else value
    return merged


def merges(key: str, below: object, top: object) -> bool:
    """Whether one value is merged into the other.

    Tables of rows are replaced: a preset says which there are. So is a mapping with another `name`,
    whose fields belong to another component; `data` has the same fields for every source.
    """
    if key in ("variants", "beyond") or not (
        isinstance(below, Mapping) and isinstance(top, Mapping)
    ):
        return False
    return key == "data" or bool(top.get("name", below.get("name")) == below.get("name"))


class Yaml12Floats(yaml.SafeLoader):
    """Reads 1e-4 as a number, as YAML 1.2 and DVC do, and refuses a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys differ."""
        seen = set()
        for key in (self.construct_object(key, deep=True) for key, _ in node.value):
            if not isinstance(key, Hashable):
                break  # told by PyYAML
            if key in seen and key != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice", node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


Yaml12Floats.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+$"),
    list("-+.0123456789"),
)
