"""What is written reads back equal; differences are told in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.termsheet.mini import GOOD, WORLD, edited, every_kind, good

from dealspace.termsheet import TermSheet, diff, parse_sheet
from dealspace.termsheet.duties import Staging
from dealspace.termsheet.quantities import parse_points, parse_rate, percent, points

SHEET = good()
EVERY = every_kind()
amounts = st.floats(0, 1e9, allow_nan=False).filter(lambda x: x == 0 or x > 1e-6)
texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40)
weights = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-15)
fractions = st.decimals(0, 1, places=6).map(float)


@pytest.mark.parametrize("sheet", [SHEET, EVERY], ids=["good", "every-kind"])
def test_a_good_sheet_reads_back_equal(sheet: TermSheet) -> None:
    again = parse_sheet(sheet.to_yaml(), world=WORLD)
    assert again == sheet
    assert hash(again) == hash(sheet)
    assert again.to_yaml() == sheet.to_yaml()


@settings(max_examples=60, deadline=None)
@given(
    low=amounts, gap=amounts, gift=fractions, schedule=st.dictionaries(st.integers(1990, 2030), fractions, min_size=1)
)
def test_any_volume_sum_and_schedule_reads_back_equal(
    low: float, gap: float, gift: float, schedule: dict[int, float]
) -> None:
    ends = (low, low + gap + 1)
    share = EVERY.issues["jp-rice-volume"].model_copy(update={"range": ends, "levels": ends})
    pledge = EVERY.issues["jp-investment"].model_copy(
        update={"range": ends, "levels": None, "grant_equivalent": (gift / 2, gift, gift)}
    )
    staging = Staging(rates={year: schedule[year] for year in sorted(schedule)}, base=gift, year_starts="10-28")
    quota = EVERY.measures["whey"].model_copy(update={"volume": gap + 1, "in_rate": staging, "rents_to": gift})
    sheet = EVERY.model_copy(
        update={
            "issues": {**EVERY.issues, "jp-rice-volume": share, "jp-investment": pledge},
            "measures": {**EVERY.measures, "whey": quota},
            "offers": {},
        }
    )
    assert parse_sheet(sheet.to_yaml(), world=WORLD) == sheet


@settings(max_examples=60, deadline=None)
@given(title=texts, note=texts, words=texts, rate=fractions, low=fractions, gap=fractions, weight=weights)
def test_any_sheet_reads_back_equal(
    title: str, note: str, words: str, rate: float, low: float, gap: float, weight: float
) -> None:
    low, high = sorted((low, low + gap + 0.01))
    issue = SHEET.issues["us-rate"].model_copy(update={"range": (low, high), "words": " ".join(words.split())})
    act = SHEET.measures["base-10"].model_copy(update={"rate": rate, "note": " ".join(note.split())})
    party = SHEET.preferences["KOR"].model_copy(update={"sectors": {"A01": weight}})
    sheet = SHEET.model_copy(
        update={
            "title": " ".join(title.split()),
            "issues": {"us-rate": issue, "us-cars": SHEET.issues["us-cars"]},
            "offers": {},
            "measures": {**SHEET.measures, "base-10": act},
            "preferences": {"KOR": party},
            "uncertainty": {},
        }
    )
    assert parse_sheet(sheet.to_yaml(), world=WORLD) == sheet


@given(st.floats(0, 10, allow_nan=False).filter(lambda x: x == 0 or x > 1e-12))
def test_a_written_rate_is_the_same_number(value: float) -> None:
    assert parse_rate(percent(value)) == value
    assert parse_points(points(value)) == value


def test_two_sheets_are_told_apart_in_words() -> None:
    other = edited(
        ("range: [0%, 25%]", "range: [0%, 20%]"),
        ("KOR: {preset: political, sectors: {A01: 0.5}}", "KOR: welfare"),
        ("deadline: {date: 2025-08-01, extends: 0.6}\n", ""),
        ("notes:", "deadline: {date: 2025-08-09}\nnotes:"),
        ("  what-came: [deal-15", "  later: []\n  what-came: [deal-15"),
    )
    assert [str(change) for change in diff(SHEET, parse_sheet(other, world=WORLD))] == [
        "policies.later: [] is new",
        "issues.us-rate.range: [0%, 25%] became [0%, 20%]",
        "preferences.KOR.preset: political became welfare",
        "preferences.KOR.sectors: {A01: 0.5} is gone",
        "deadline.date: 2025-08-01 became 2025-08-09",
        "deadline.extends: 60% is gone",
    ]
    kinds = {change.kind for change in diff(SHEET, parse_sheet(other, world=WORLD))}
    assert kinds == {"added", "removed", "changed"}
    assert diff(SHEET, good()) == ()


@pytest.mark.parametrize(("old", "new"), [("0.25,", "25%,"), ("[hs:8703, C29]", "['hs:87.03', C29]")])
def test_spelling_is_no_difference(old: str, new: str) -> None:
    assert diff(SHEET, parse_sheet(GOOD.replace(old, new, 1), world=WORLD)) == ()
