"""The starter sheet is valid for any pair; a check warns of what looks unmeant."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from tests.termsheet.mini import WORLD, edited, good

from dealspace.errors import SheetError, UnknownNameError
from dealspace.termsheet import check_sheet, new_sheet, parse_sheet, write_new_sheet

DAY = date(2025, 7, 20)
PAIRS = [pair for pair in permutations([*WORLD.regions, "EU"], 2) if "EU" not in pair or not {"DEU", "FRA"} & set(pair)]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_starter_is_valid_for_any_pair(pair: tuple[str, str]) -> None:
    sheet = parse_sheet(new_sheet("talks", pair, WORLD, as_of=DAY), world=WORLD)
    assert sheet.parties == pair
    assert sheet.threat == (f"{pair[0].lower()}-threat",)
    assert list(sheet.issues) == [f"{pair[0].lower()}-rate", f"{pair[1].lower()}-cut", f"{pair[1].lower()}-barriers"]


def test_a_starter_raises_no_warning(tmp_path: Path) -> None:
    path = write_new_sheet("talks", ("USA", "EU"), WORLD, tmp_path)
    report = check_sheet(path, WORLD, quick=True)
    assert report.ok
    assert report.warnings == ()


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "talks.yaml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SheetError, match=r"talks\.yaml  the file exists and is not overwritten"):
        write_new_sheet("talks", ("USA", "KOR"), WORLD, tmp_path)
    assert path.read_text(encoding="utf-8") == "mine"
    with pytest.raises(SheetError, match="it cannot be written"):
        write_new_sheet("talks", ("USA", "KOR"), WORLD, tmp_path / "nowhere")


def test_bad_parties_and_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown region or group 'KRO'; did you mean 'KOR'"):
        new_sheet("talks", ("USA", "KRO"), WORLD)
    with pytest.raises(SheetError, match="both parties are USA"):
        new_sheet("talks", ("USA", "USA"), WORLD)
    with pytest.raises(SheetError, match="EU and DEU share DEU"):
        new_sheet("talks", ("EU", "DEU"), WORLD)
    with pytest.raises(SheetError, match="'my talks' is not a name"):
        new_sheet("my talks", ("USA", "KOR"), WORLD)


WARNINGS = [
    ([(", source: letter of July}\n  letters", "}\n  letters")],
     "24  measures.letter-25: gives no source; add source: where it can be read"),
    ([("date: 2025-08-01, extends", "date: 2025-07-01, extends")],
     "49  deadline.date: 2025-07-01 has passed on as_of (2025-07-20)"),
    ([("  KOR: {preset: political, sectors: {A01: 0.5}}\n", "")],
     "42  preferences: KOR is not named, so its real income alone counts; add KOR: welfare"),
    ([("{preset: political, sectors: {A01: 0.5}}", "{preset: custom, weights: {ev: 0}}")],
     "44  preferences.KOR: all weights are zero, so every deal is worth the same"),
    ([("products: C29, range", "products: C29, except: cars-25, range")],
     "36  issues.us-cars.except: takes out all of the issue's products, so it moves nothing"),
    ([("lifts: base-10, words", "words")],
     "35  issues.us-rate: lifts nothing, so base-10 stays in force beside it; add lifts: [base-10] if meant"),
    ([("no-deal: [letter-25, cars-25]", "no-deal: [base-10]"), ("struck: [cars-25]", "struck: [cars-25, letter-25]")],
     "31  policies.no-deal: threatens nothing that status-quo has not, so no deal changes nothing"),
    ([("cars-25, quiet-standards]", "cars-25]")],
     "27  measures.quiet-standards: stands in no policy, background or exception, so it has no effect"),
    ([("base-10, from: 2025-08-01, announced: 2025-07-07", "base-10, from: 2025-08-01")],
     "24  measures.letter-25: starts after as_of (2025-07-20); add announced: the day it was made known"),
    ([('except: [cars-25, hs:2709-2711, "list:cars"], rate: 0.25', "except: cars-25, rate: 0.25")],
     "24  measures.letter-25: replaces base-10 but not its exceptions (hs:2709-2711, list:cars), which it now catches"),
    ([(", kr-food: 50%", "")],
     "40  offers.tabled: leaves kr-food open; what is not settled stays as in status-quo"),
]  # fmt: skip
#: The good sheet's package of hindsight settles two issues of four.
USUAL = "41  offers.struck-deal: leaves kr-food, kr-barriers open; what is not settled stays as in status-quo"


@pytest.mark.parametrize(("edits", "says"), WARNINGS, ids=[case[1].split("  ")[1].split(":")[0] for case in WARNINGS])
def test_what_looks_unmeant_is_warned_of(tmp_path: Path, edits: list[tuple[str, str]], says: str) -> None:
    path = tmp_path / "us-korea.yaml"
    path.write_text(edited(*edits), encoding="utf-8")
    report = check_sheet(path, WORLD, quick=True)
    assert report.ok
    said = [str(warning).removeprefix(f"{path}:") for warning in report.warnings]
    assert says in said
    assert set(said) == {says, USUAL}


def test_a_clean_check_returns_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "us-korea.yaml"
    path.write_text(edited(), encoding="utf-8")
    assert check_sheet(path, WORLD, quick=True).sheet == good()
