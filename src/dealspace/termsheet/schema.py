"""The published JSON Schema of a term sheet, for editors and other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("dealspace-1.schema.json")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a term sheet (draft 2020-12).

    It covers shapes and units; references between parts, and names of a world, are checked by `load_sheet`.
    """
    from dealspace.termsheet.sheet import TermSheet

    schema = TermSheet.model_json_schema(by_alias=True)
    schema.pop("description", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dealspace term sheet, version 1",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def schema_text() -> str:
    """Return the JSON Schema as it is published in `FILE`."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def write_schema() -> Path:
    """Write the published file anew; run it after a change of the models."""
    FILE.write_text(schema_text(), encoding="utf-8")
    return FILE
