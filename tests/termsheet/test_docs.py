"""The worked example of the reference is a sheet without fault or warning, and no key is left undocumented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dealspace.termsheet import builtin_sheets, check_sheet, json_schema
from dealspace.world.catalogue import list_worlds

DOC = Path(__file__).parents[2] / "docs" / "term-sheet.md"
TEXT = DOC.read_text(encoding="utf-8")


needs_world = pytest.mark.skipif("world-2022" not in list_worlds(), reason="the embedded world is not built")


@needs_world
def test_the_worked_example_is_clean(tmp_path: Path) -> None:
    found = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    path = tmp_path / "eu-india.yaml"
    path.write_text(found[1], encoding="utf-8")
    report = check_sheet(path, quick=True)
    assert [str(fault) for fault in (*report.faults, *report.warnings)] == []
    assert report.sheet is not None
    assert report.sheet.parties == ("EU", "IND")


@needs_world
@pytest.mark.skipif("us-japan-2025" not in builtin_sheets(), reason="the built-in sheets are not there")
def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    exec(found[1], {})
    assert "name: us-japan-2025" in capsys.readouterr().out


def test_every_key_is_documented() -> None:
    schema = json_schema()
    keys = set(schema["properties"])
    for part in schema["$defs"].values():
        keys |= set(part.get("properties", {}))
    assert sorted(key for key in keys if not re.search(rf"\b{re.escape(key)}\b", TEXT)) == []
