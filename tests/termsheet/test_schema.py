"""The published JSON Schema is that of the models, and agrees with them on good and bad sheets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from tests.termsheet.mini import EVERY_KIND, GOOD, edited, every_kind, good

from dealspace.termsheet import json_schema
from dealspace.termsheet.schema import FILE, schema_text


def as_plain_yaml(text: str) -> Any:
    """Read YAML as an editor would, numbers as numbers, dates as text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    return _keyed_by_text(yaml.load(text))


def _keyed_by_text(value: Any) -> Any:
    """Keys of JSON are text, also those that YAML reads as years."""
    if isinstance(value, dict):
        return {str(key): _keyed_by_text(item) for key, item in value.items()}
    return [_keyed_by_text(item) for item in value] if isinstance(value, list) else value


VALIDATOR = Draft202012Validator(json_schema())


def test_the_published_file_is_current() -> None:
    hint = "the models changed: run python -c 'from dealspace.termsheet.schema import write_schema as w; w()'"
    assert FILE.read_text(encoding="utf-8") == schema_text(), hint
    Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize(
    "text",
    [GOOD, good().to_yaml(), EVERY_KIND, every_kind().to_yaml()],
    ids=["as-written", "as-printed", "every-kind-as-written", "every-kind-as-printed"],
)
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("volume: 770 kt", "volume: 770"),
        ("volume: 10 kt", "volume: 10 vehicles"),
        ("amount: 550 bn USD", "amount: 80 trn JPY"),
        ("out_rate: closed", "out_rate: shut"),
        ("specific: 341 yen/kg, price: 148 yen/kg}", "specific: 341 yen/kg}"),
        ("by: JPN, on: USA, amount", "by: JPN, on: USA, products: C29, amount"),
        ("kind: markup, by: JPN", "kind: markup, on: USA, by: JPN"),
        ("category: B7", "category: C7"),
        ("year_starts: 04-01\n    administration", "year_starts: April\n    administration"),
        ("pays: production, source", "pays: nobody, source"),
        ("[0%, 2%, 5%]", "[0%, 5%]"),
        ("range: [770 kt, 870000 t]", "range: [770%, 870%]"),
    ],
)
def test_bad_sheets_of_every_kind_are_not(old: str, new: str) -> None:
    assert list(VALIDATOR.iter_errors(as_plain_yaml(edited((old, new), text=EVERY_KIND))))
