"""What all parts of a sheet share: frozen models, names, sources."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from dealspace.termsheet.quantities import Period, shown

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*")
_REGION = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Part(BaseModel):
    """A frozen part of a sheet in which an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


@dataclass(frozen=True, eq=False)
class OrWritten:
    """Lets the JSON Schema of a part also accept the short forms in which it may be written."""

    forms: tuple[Any, ...]

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """Return the schema of the part or of one of the short forms."""
        return {"anyOf": [*self.forms, handler(core)]}


def _name(value: object) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise ValueError(f"{shown(value)!r} is not a name; use letters, digits and hyphens, as in us-auto-rate")


def _region(value: object) -> str:
    if isinstance(value, str) and _REGION.fullmatch(value):
        return value
    if isinstance(value, str) and re.match(r"\d{3}(?!\d)", value):
        raise ValueError(f"{shown(value)!r} follows a comma, which ends a value here; write thousands without a comma")
    raise ValueError(f"{shown(value)!r} is not a region or group; write a code such as USA, EU or world")


def _text(value: object) -> str:
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, str):
        return " ".join(value.split())
    what = {dict: "a mapping", list: "a list", tuple: "a list", type(None): "nothing"}.get(type(value), shown(value))
    raise ValueError(f"{what} stands where text belongs")


def _one_or_more(value: object) -> object:
    """Let a lone item stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})]
RegionName = Annotated[
    str, BeforeValidator(_region), WithJsonSchema({"type": "string", "pattern": f"^{_REGION.pattern}$"})
]
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number", "boolean"]})]


def _schema_of_many(pattern: str) -> WithJsonSchema:
    item = {"type": "string", "pattern": pattern}
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item}]})


Names = Annotated[tuple[Name, ...], BeforeValidator(_one_or_more), _schema_of_many(f"^{_NAME.pattern}$")]
RegionNames = Annotated[
    tuple[RegionName, ...],
    BeforeValidator(_one_or_more),
    Field(min_length=1),
    _schema_of_many(f"^{_REGION.pattern}$"),
]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more), _schema_of_many("")]


class Source(Part):
    """Where a figure or a rule comes from."""

    title: Text
    publisher: Text = ""
    url: Text = ""
    date: Period | None = None

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.publisher, self.date or "", self.url) if part)


#: A source written in place, the name of one in the sheet's ``sources``, or plain text.
SourceRef = Source | Text


class Sourced(Part):
    """A part that may say where it comes from."""

    source: SourceRef | None = None
    note: Text = ""
