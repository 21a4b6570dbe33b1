"""Law in force: the agreement of 2019 by fiscal year, and packs put into sheets."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from tests.instruments.small_world import MEASURES, small_sheet

from dealspace.errors import SheetError, UnknownNameError
from dealspace.termsheet.law import law_on, law_packs, load_law, with_law

PACK = "us-japan-2019"


def rate(code: str, day: date) -> float | None:
    found = law_on("JPN", "USA", code, day)
    return None if found is None else found.rate


@pytest.mark.parametrize(
    ("year", "beef"),
    [(2019, 0.266), (2020, 0.258), (2021, 0.25), (2024, 0.225), (2025, 0.216), (2027, 0.2), (2033, 0.09), (2040, 0.09)],
)
def test_beef_by_fiscal_year(year: int, beef: float) -> None:
    first = date(2020, 1, 1) if year == 2019 else date(year, 4, 1)
    assert rate("020130010", first) == beef
    assert rate("0202", date(year + 1, 3, 31)) == beef


def test_beef_falls_in_two_straight_legs() -> None:
    for k in range(2, 17):  # year k of the schedule is fiscal year 2017 + k
        exact = 27.5 - 7.5 * (k - 1) / 9 if k <= 10 else 20 - 11 * (k - 10) / 6
        assert rate("0201", date(2017 + k, 6, 1) if k > 2 else date(2020, 2, 1)) == pytest.approx(
            int(10 * exact + 1e-9) / 1000, abs=1e-12
        )


def test_pork_wheat_wine_and_cheese() -> None:
    # max(min(524 (1 + a) - 524, cap) / 524, a) = a at an import price equal to the gate price
    assert rate("0203", date(2025, 7, 20)) == pytest.approx(0.004, abs=1e-12)
    assert rate("0203", date(2027, 4, 1)) == 0.0
    found = law_on("JPN", "USA", "0203", date(2024, 7, 1))
    assert found is not None
    assert found.form == "gate price of 524 yen/kg, at most 62 yen/kg"
    assert rate("1001", date(2026, 4, 1)) == pytest.approx(85 / 200, abs=1e-12)
    assert rate("1001", date(2025, 4, 1)) == pytest.approx((155 - 70 * 8 / 9) / 200, abs=5e-4)
    assert (rate("220421", date(2024, 7, 1)), rate("220421", date(2025, 4, 1))) == (0.014, 0.0)
    assert (rate("040620200", date(2024, 7, 1)), rate("040620200", date(2025, 7, 1))) == (0.147, 0.131)


def test_law_is_silent_where_it_says_nothing() -> None:
    assert rate("0201", date(2019, 12, 31)) is None  # not in force
    assert rate("220421", date(2023, 7, 1)) is None  # stages not known
    assert rate("8703", date(2025, 7, 1)) is None
    assert law_on("JPN", "AUS", "0201", date(2025, 7, 1)) is None
    assert rate("02", date(2025, 7, 1)) is None  # the chapter holds more than beef


def test_the_agreement_agrees_with_the_schedule_of_2025() -> None:
    from importlib import resources

    data = resources.files("dealspace") / "instruments" / "data" / "japan-duties.parquet"
    schedule = pl.read_parquet(str(data)).filter(pl.col("USA").is_not_null())
    told = 0
    for code, own in schedule.select("hs", "USA").iter_rows():
        found = law_on("JPN", "USA", code, date(2025, 7, 20))
        if found is not None:
            told += 1
            assert found.rate == pytest.approx(own, abs=1e-12), code
    assert told > 20


def test_with_law_puts_the_measures_into_every_policy() -> None:
    sheet = small_sheet()
    whole, left_out = with_law(sheet, PACK, can_tell=lambda act: act.kind == "tariff")
    added = [name for name in whole.measures if name.startswith("usjta-")]
    assert left_out == ("usjta-pork",)
    assert len(added) == 5
    assert all(set(added) <= set(acts) for acts in whole.policies.values())
    assert with_law(whole, PACK, can_tell=lambda act: act.kind == "tariff")[0].policies == whole.policies


def test_names_that_clash_or_are_unknown() -> None:
    clash = small_sheet(measures=MEASURES | {"usjta-beef": MEASURES["reciprocal-10"]})
    with pytest.raises(SheetError, match="stands in the law pack us-japan-2019 too"):
        with_law(clash, PACK)
    with pytest.raises(UnknownNameError, match="did you mean 'us-japan-2019'"):
        load_law("us-japan-2020")
    assert PACK in law_packs()


def test_every_measure_has_a_source_that_the_pack_lists() -> None:
    for name in law_packs():
        pack = load_law(name)
        assert all(str(act.source) in pack.sources for act in pack.measures.values())
        assert all(source.url for source in pack.sources.values())
