"""Every mistake of `broken.yaml` is told with its line, path and cure, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.termsheet.mini import EVERY_KIND, GOOD, WORLD, edited

from dealspace.errors import SheetError
from dealspace.termsheet import check_sheet, parse_sheet

TEXTS = {"us-korea": GOOD, "every-kind": EVERY_KIND}
CASES: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(
    Path(__file__).with_name("broken.yaml").read_text(encoding="utf-8")
)


def broken(case: dict[str, Any]) -> str:
    edits = ((edit["old"], edit["new"]) for edit in case["edits"])
    return edited(*edits, text=TEXTS[case.get("in", "us-korea")])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"].replace(" ", "-"))
def test_a_broken_sheet_says_what_is_wrong(case: dict[str, Any]) -> None:
    with pytest.raises(SheetError) as caught:
        parse_sheet(broken(case), file="broken.yaml", world=WORLD)
    assert [str(fault) for fault in caught.value.faults] == [f"broken.yaml:{line}" for line in case["says"]]


def test_there_are_enough_of_them() -> None:
    assert len({case["case"] for case in CASES}) == len(CASES) >= 160
    assert sum(case.get("in") == "every-kind" for case in CASES) >= 60


def test_check_returns_the_faults_instead_of_raising(tmp_path: Path) -> None:
    path = tmp_path / "us-korea.yaml"
    path.write_text(edited(("rate: 10%", "rate: 27.5")), encoding="utf-8")
    report = check_sheet(path, WORLD)
    assert not report.ok
    assert report.sheet is None
    assert str(report.faults[0]) == f"{path}:18  measures.base-10.rate: 27.5 has no unit; write 27.5% or 0.275."
