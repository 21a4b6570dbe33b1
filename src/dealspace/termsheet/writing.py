"""Write a sheet as YAML that reads back to an equal sheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dealspace.termsheet.sheet import TermSheet

WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 %./+_:()-]*[A-Za-z0-9%./+_()-])?")
_FIRST = ("kind", "preset")
_LAST = ("source", "note")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


def plain_data(sheet: TermSheet) -> dict[str, Any]:
    """Return a sheet as dicts, lists and text, the way it is written, without what is left at its default."""
    data = sheet.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    data = _ordered({"schema": sheet.schema_, **data})
    if sheet.include:
        from dealspace.termsheet.including import without_law

        without_law(sheet, data)
    for offer in data.get("offers", {}).values():
        offer |= offer.pop("terms", {})
    for key in ("probability", "survives"):
        chance = data["no_deal"].get(key)
        if chance and set(chance) == {"value"}:
            data["no_deal"][key] = chance["value"]
    background = data.get("background")
    if background and set(background) == {"default"}:
        data["background"] = background["default"]
    return data


def _ordered(data: dict[str, Any]) -> dict[str, Any]:
    """Put the kind of a thing first and where it comes from last."""
    keys = sorted(data, key=lambda key: (key in _LAST) - (key in _FIRST))
    return {key: _ordered(data[key]) if isinstance(data[key], dict) else data[key] for key in keys}


def write_sheet(sheet: TermSheet) -> str:
    """Write a sheet as YAML text."""
    lines: list[str] = []
    for key, value in plain_data(sheet).items():
        lines += _block(key, value, 0)
    return "\n".join(lines) + "\n"


def _block(key: str, value: Any, indent: int) -> list[str]:
    """Write a key and its value: on one line where it fits, otherwise one line an entry."""
    head = " " * indent + _scalar(key) + ":"
    line = f"{head} {_flow(value)}"
    nested = isinstance(value, dict) and (indent == 0 or any(isinstance(item, dict) for item in value.values()))
    if not isinstance(value, dict | list) or (len(line) <= WIDTH and not nested) or not value:
        return [line]
    if isinstance(value, dict):
        return [head, *(row for name, item in value.items() for row in _block(name, item, indent + 2))]
    return [head, *(" " * (indent + 2) + "- " + _flow(item) for item in value)]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Write a scalar plain where that is safe in any place, else in double quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _PLAIN.fullmatch(text) and ": " not in text and text.casefold() != "null":
        return text
    return '"' + "".join(_escape(letter) for letter in text) + '"'


def _escape(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
