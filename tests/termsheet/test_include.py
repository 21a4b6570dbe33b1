"""Law in force that a sheet includes by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dealspace.errors import SheetError
from dealspace.termsheet import TermSheet, check_sheet, new_sheet, parse_sheet
from dealspace.termsheet.law import load_law
from dealspace.world.catalogue import list_worlds, load_world

pytestmark = pytest.mark.skipif("world-2022" not in list_worlds(), reason="the embedded world is not built")
LAW = "us-japan-2019"


def text(include: str = LAW) -> str:
    sheet = new_sheet("talks", ("USA", "JPN"), load_world("world-2022"), as_of=date(2025, 7, 20))
    return sheet.replace("parties:", f"include: {include}\nparties:")


def read(include: str = LAW) -> TermSheet:
    return parse_sheet(text(include), file="talks.yaml", world=load_world("world-2022"))


def test_its_measures_stand_in_every_policy() -> None:
    sheet = read()
    beef = sheet.measures["usjta-beef"]
    assert beef == load_law(LAW).measures["usjta-beef"]
    assert [name for name, acts in sheet.policies.items() if "usjta-beef" in acts] == list(sheet.policies)
    assert sheet.policies["status-quo"][0] == "usa-surcharge"
    assert sheet.threat == ("usa-threat",)


def test_what_is_included_is_not_written_out() -> None:
    sheet = read()
    written = sheet.to_yaml()
    assert f"include: [{LAW}]" in written
    assert "usjta" not in written
    again = parse_sheet(written, world=load_world("world-2022"))
    assert again == sheet
    assert again.to_yaml() == written


def test_what_the_world_cannot_tell_apart_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "talks.yaml"
    path.write_text(text(), encoding="utf-8")
    report = check_sheet(path)
    assert report.sheet is not None
    out = [name for name in load_law(LAW).measures if name not in report.sheet.measures]
    assert "usjta-beef-tongue" in out  # Japan's lines stop at four digits
    assert [str(warning) for warning in report.warnings] == [
        f"{path}:7  include: {name} of {LAW} is left out, because the world cannot tell its products apart"
        for name in out
    ]


def test_unknown_law_and_a_measure_of_the_same_name_are_faults() -> None:
    with pytest.raises(SheetError, match=r"^talks\.yaml:7  include: unknown law 'us-japan-2091'; did you mean"):
        read("us-japan-2091")
    same = text().replace("usa-surcharge", "usjta-beef")
    with pytest.raises(SheetError, match=r"measures\.usjta-beef: stands in the law pack us-japan-2019 too"):
        parse_sheet(same, file="talks.yaml", world=load_world("world-2022"))
