"""The published JSON Schema is that of the models, and agrees with them on good and bad sheets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from tests.termsheet.mini import GOOD, edited, good

from dealspace.termsheet import json_schema
from dealspace.termsheet.schema import FILE, schema_text


def as_plain_yaml(text: str) -> Any:
    """Read YAML as an editor would, numbers as numbers, dates as text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    return yaml.load(text)


VALIDATOR = Draft202012Validator(json_schema())


def test_the_published_file_is_current() -> None:
    hint = "the models changed: run python -c 'from dealspace.termsheet.schema import write_schema as w; w()'"
    assert FILE.read_text(encoding="utf-8") == schema_text(), hint
    Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("text", [GOOD, good().to_yaml()], ids=["as-written", "as-printed"])
def test_good_sheets_are_valid(text: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(as_plain_yaml(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[0%, 25%]", "[0%, 27.5]"),
        ("kind: tariff, by: KOR", "kind: quota, by: KOR"),
        ("stacking: cut}", "stacking: cut, staging: B10}"),
        ("parties: [USA, KOR]", "parties: [USA]"),
        ("dealspace/1", "dealspace/2"),
        ("sense: reduction, base: 12%", "sense: reduction"),
        ("preset: mercantilist", "preset: merchant"),
    ],
)
def test_bad_sheets_are_not(old: str, new: str) -> None:
    assert list(VALIDATOR.iter_errors(as_plain_yaml(edited((old, new)))))
