"""Plain YAML becomes frozen, typed values, or is refused with the valid names in the message."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Union

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from .redaction import redacted

if TYPE_CHECKING:
    from typing import LiteralString

TOLD = 20
"""Faults that are told at once; all of them are counted."""

Count = Annotated[int, Field(ge=1)]
Index = Annotated[int, Field(ge=0, lt=2**63)]
"""From 0; as a seed it fits into 63 bits."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
"""A share of a whole, in [0, 1)."""


class Component(BaseModel):
    """A frozen value whose fields are its keys in params.yaml; it does no work when it is made.

    Types are strict ("five" and 5.0 are no int, true is no number) and unknown keys are refused.
    Declarations import no torch, so that a typo is refused within a second.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, protected_namespaces=())

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_keys(cls, raw: Any) -> Any:  # noqa: ANN401  whatever YAML holds
        """Name the key that is wrong and those that are right, nearest first."""
        if isinstance(raw, Mapping):
            for key in raw:
                if key not in cls.model_fields:
                    refuse("unknown_key", unknown("key", key, cls.model_fields) + left_over(raw))
        return raw


def left_over(raw: Mapping[str, Any]) -> str:
    """How to drop a key that a change of `name` alone has left behind."""
    return " A key left over from another name is dropped by -S '~KEY'." if "name" in raw else ""


class ConfigError(ValueError):
    """A configuration that cannot be used; the text names the key and the valid values."""


def unknown(kind: str, name: object, valid: Iterable[str]) -> str:
    """The sentence for a name that is not in a table."""
    names = [str(v) for v in valid if v != "name"]
    close = difflib.get_close_matches(str(name)[:80], names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"unknown {kind} {shown(name)}; valid: {', '.join(names) or 'none'}.{hint}"


@dataclass(frozen=True, eq=False)
class OneOf:
    """Annotates the type of a mapping {name: NAME, ...fields} whose NAME is a row of `table`."""

    table: Mapping[str, type[Component]]

    def __get_pydantic_core_schema__(self, _: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """One class of several, told apart by its name."""
        classes: Any = Union[tuple(self.table.values())]  # noqa: UP007  made at run time
        if len(self.table) > 1:
            classes = Annotated[classes, Field(discriminator="name")]
        return handler.generate_schema(Annotated[classes, BeforeValidator(self.check_name)])

    def check_name(self, raw: object) -> object:
        """Refuse a name that is not in the table, naming those that are."""
        name = raw.get("name") if isinstance(raw, Mapping) else None
        if isinstance(raw, Mapping) and not (isinstance(name, str) and name in self.table):
            refuse("unknown_name", unknown("name", name, self.table))
        return raw


@dataclass(frozen=True, eq=False)
class SeveralOf:
    """Annotates the type of a mapping {NAME: fields} whose NAMEs are rows of `table`."""

    table: Mapping[str, type[Component]]

    def __get_pydantic_core_schema__(self, _: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A tuple, each of whose items carries its name."""
        items: Any = tuple[Annotated[Component, OneOf(self.table)], ...]
        return handler.generate_schema(Annotated[items, BeforeValidator(self.named)])

    def named(self, raw: object) -> object:
        """{NAME: fields} -> ({name: NAME, ...fields}, ...)."""
        if not isinstance(raw, Mapping):
            return raw
        for name, fields in raw.items():
            if not isinstance(fields, Mapping):
                text = (
                    f"{name} must be a mapping of its fields, {{}} for its defaults; got"
                    f" {shown(fields)}"
                )
                refuse("not_a_mapping", text)
        return tuple({"name": name, **fields} for name, fields in raw.items())


def refuse(kind: LiteralString, text: str) -> NoReturn:
    """Raise pydantic's own error with our text; braces in it are no place holders."""
    raise PydanticCustomError(kind, "{text}", {"text": text})


def plain(tricks: Iterable[Component]) -> dict[str, dict[str, Any]]:
    """What `SeveralOf` parsed, as the mapping it was parsed from, defaults filled in."""
    rows = (trick.model_dump(mode="json") for trick in tricks)
    return {row.pop("name"): row for row in rows}


def explain(error: ValidationError, table: Mapping[str, Any]) -> str:
    """One line per fault: where it is in `table`, what stands there, what would be valid."""
    lines = []
    for fault in error.errors(include_url=False):
        missing = fault["type"] == "missing"
        where, value = locate(fault["loc"], table, missing)
        message = fault["msg"].removeprefix("Value error, ")
        got = "" if missing or isinstance(value, Mapping) else f"; got {shown(value)}"
        lines.append(f"  {where}{': ' if where else ''}{message}{got}")
    more = [f"  and {len(lines) - TOLD} more"] if len(lines) > TOLD else []
    return "\n".join(lines[:TOLD] + more)


class Brief(reprlib.Repr):
    """Values as Python writes them, of which what is long is cut in its middle."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = 80
        self.maxlevel = 3

    def repr_str(self, x: str, level: int) -> str:
        """A string without what is secret in an address."""
        return super().repr_str(redacted(x), level)


def shown(value: object) -> str:
    """A value in a message."""
    return Brief().repr(value)


def locate(loc: Sequence[int | str], table: Any, missing: bool) -> tuple[str, Any]:  # noqa: ANN401
    """Pydantic's location without the tags it adds for unions, and the value that stands there."""
    path, here = [], table
    for step in loc:
        if isinstance(here, Mapping) and step in here:
            path.append(str(step))
            here = here[step]
    if missing:
        path.append(str(loc[-1]))
    return ".".join(path), here
