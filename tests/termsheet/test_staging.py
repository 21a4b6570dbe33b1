"""What holds on a day, against paper arithmetic."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.termsheet.mini import every_kind

from dealspace.errors import PolicyError
from dealspace.termsheet.acts import TariffAct
from dealspace.termsheet.duties import Staging, steps
from dealspace.termsheet.staging import (
    equal_cuts,
    gate_duty,
    grown,
    rate_in,
    schedule_year,
    swiss,
    uruguay,
    uruguay_cuts,
)

SHEET = every_kind()
rates = st.floats(0.0, 10.0)


def on(year: int, month: int = 7, day: int = 1) -> date:
    return date(year, month, day)


def tariff(**terms: object) -> TariffAct:
    return TariffAct.model_validate({"kind": "tariff", "by": "JPN", "on": "USA", "products": "hs:02", **terms})


def test_a_fiscal_year_starts_in_april() -> None:
    assert [schedule_year(day, "04-01") for day in (on(2025, 3, 31), on(2025, 4, 1), on(2026, 3, 31))] == [
        2024, 2025, 2025,
    ]  # fmt: skip
    assert schedule_year(on(2025, 1, 1)) == 2025


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (on(2020, 3, 31), 0.385), (on(2020, 4, 1), 0.266), (on(2025, 3, 31), 0.266), (on(2025, 4, 1), 0.216),
        (on(2033, 3, 31), 0.216), (on(2033, 4, 1), 0.09), (on(2050), 0.09),
    ],
)  # fmt: skip
def test_explicit_years_hold_until_the_next_one(day: date, rate: float) -> None:
    assert rate_in(SHEET.measures["beef"], day) == rate


def test_ten_equal_cuts_start_on_entry_and_end_in_the_tenth_year() -> None:
    act = tariff(staging={"base": "10%", "category": "B10", "first": "2020"})
    assert [rate_in(act, on(year)) for year in (2019, 2020, 2024, 2028, 2029, 2040)] == pytest.approx(
        [0.10, 0.09, 0.05, 0.01, 0.0, 0.0], abs=1e-15
    )
    assert rate_in(act, on(2029)) == 0.0


def test_immediate_elimination() -> None:
    act = tariff(staging={"base": "10%", "category": "A", "first": "2020", "final": "4%"})
    assert [rate_in(act, on(2019)), rate_in(act, on(2020))] == [0.10, 0.04]


def test_linear_cuts_reach_the_end_in_the_last_year() -> None:
    act = tariff(staging={"base": "38.5%", "category": "linear", "first": "2020", "last": "2033", "final": "9%"})
    # 14 steps of 29.5 / 14 points: 2.10714 a year, six of them by 2025
    assert rate_in(act, on(2020)) == pytest.approx(0.3639285714285714)
    assert rate_in(act, on(2025)) == pytest.approx(0.2585714285714286)
    assert rate_in(act, on(2033)) == 0.09


def test_the_swiss_formula() -> None:
    assert swiss(1.0, 0.25) == pytest.approx(0.2)  # 25 x 100 / 125
    assert swiss(0.25, 0.25) == pytest.approx(0.125)
    assert swiss(0.0, 0.25) == 0.0
    act = tariff(staging={"base": "100%", "category": "swiss", "coefficient": "25%", "first": "2026", "last": "2027"})
    assert [rate_in(act, on(year)) for year in (2025, 2026, 2027)] == pytest.approx([1.0, 0.6, 0.2])


def test_the_uruguay_round_cuts() -> None:
    assert uruguay(0.5, 0.36) == pytest.approx(0.32)
    assert uruguay(0.5, 0.36, 0.15, sensitive=True) == pytest.approx(0.425)
    terms = {"base": "50%", "category": "Uruguay", "coefficient": "36%", "first": "1995", "last": "2000"}
    act = tariff(staging=terms)
    assert [rate_in(act, on(year)) for year in (1994, 1995, 2000)] == pytest.approx([0.5, 0.47, 0.32])  # 18 / 6 a year
    rice = tariff(staging={**terms, "minimum": "15%", "sensitive": True})
    assert rate_in(rice, on(2000)) == pytest.approx(0.425)


def test_cuts_whose_mean_is_given() -> None:
    # two of ten lines at 15 %: the other eight make (3.6 - 0.3) / 8 = 41.25 %
    assert uruguay_cuts(10, 0.36, 0.15, 2) == (0.15, pytest.approx(0.4125))
    with pytest.raises(PolicyError, match="9 sensitive lines of 10 cut by 15% leave no way to a mean cut of 36%"):
        uruguay_cuts(10, 0.36, 0.15, 9)
    with pytest.raises(PolicyError, match="leave no way"):
        uruguay_cuts(10, 0.36, 0.15, 10)


@pytest.mark.parametrize(
    ("price", "duty"),
    [
        (400.0, 62 / 400),                # 524 x 1.007 - 400 = 127.668 is capped at 62
        (480.0, 47.668 / 480),            # 527.668 - 480
        (524.0, 0.007),
        (600.0, 0.007),
    ],
)  # fmt: skip
def test_a_gate_price_lifts_to_the_gate_up_to_a_cap(price: float, duty: float) -> None:
    assert gate_duty(price, 524.0, 62.0, 0.007) == pytest.approx(duty)


def test_the_gate_price_of_the_sheet_takes_the_cap_of_the_year() -> None:
    act = SHEET.measures["pork-gate"].model_copy(update={"price": SHEET.measures["pork-gate"].gate})  # type: ignore
    assert rate_in(act, on(2025)) == pytest.approx(0.007)
    low = SHEET.measures["pork-gate"]
    cheap = low.model_copy(update={"price": low.price.__class__(250.0, "yen/kg")})  # type: ignore[attr-defined]
    assert rate_in(cheap, on(2021)) == pytest.approx(0.5)  # 125 / 250
    assert rate_in(cheap, on(2024)) == pytest.approx(0.248)  # 62 / 250


def test_specific_duties_are_rates_over_the_border_price() -> None:
    assert rate_in(SHEET.measures["rice-levy"], on(2025)) == pytest.approx(341 / 148)
    tonnes = tariff(specific="341 yen/kg", price="148000 yen/t")
    assert rate_in(tonnes, on(2025)) == pytest.approx(341 / 148)
    falling = tariff(specific={"rates": {"2020": "50 yen/kg", "2024": "25 yen/kg"}}, price="200 yen/kg")
    assert [rate_in(falling, on(year)) for year in (2020, 2023, 2024)] == [0.25, 0.25, 0.125]


def test_quotas_grow_by_their_own_years() -> None:
    act = SHEET.measures["rice-ma"]
    days = [on(2020), on(2024, 4, 1), on(2025, 4, 1), on(2026, 3, 31), on(2026, 4, 1)]
    grown_to = [act.volume_on(day) for day in days]  # type: ignore[attr-defined]
    assert grown_to == pytest.approx([770.0, 770.0, 777.7, 777.7, 785.477])
    assert grown(100.0, 0.1, 2) == pytest.approx(121.0)


def test_a_day_before_the_schedule_is_refused_in_words() -> None:
    act = tariff(staging={"rates": {"2020": "10%"}}).model_copy(update={"name": "beef"})
    says = r"measures\.beef: the schedule starts in 2020 and says nothing of 2019; write base: what holds before"
    with pytest.raises(PolicyError, match=says):
        rate_in(act, on(2019))
    with pytest.raises(PolicyError, match="a quota has no single rate; ask for its rates in and over the quota"):
        rate_in(SHEET.measures["rice-ma"], on(2025))


def test_the_steps_of_a_schedule_are_days() -> None:
    assert steps(SHEET.measures["beef"].staging) == (on(2020, 4, 1), on(2025, 4, 1), on(2033, 4, 1))  # type: ignore
    assert steps(SHEET.measures["wine"].staging)[-1] == on(2025, 4, 1)  # type: ignore[attr-defined]
    assert steps(0.25) == ()


@given(rates, rates, st.integers(2000, 2020), st.integers(0, 20), st.integers(1990, 2050))
def test_equal_cuts_stay_between_their_ends(base: float, final: float, first: int, more: int, year: int) -> None:
    rate = equal_cuts(base, final, first, first + more, year)
    assert min(base, final) - 1e-12 <= rate <= max(base, final) + 1e-12
    after = equal_cuts(base, final, first, first + more, year + 1)
    assert abs(after - final) <= abs(rate - final) + 1e-12


@given(rates, st.floats(0.001, 5.0))
def test_the_swiss_formula_cuts_high_rates_more(rate: float, coefficient: float) -> None:
    new = swiss(rate, coefficient)
    assert 0 <= new <= min(rate, coefficient) + 1e-12
    assert swiss(rate + 0.1, coefficient) > new


@given(st.floats(100, 1000), st.floats(0, 500), st.floats(0, 0.2))
def test_a_gate_duty_never_exceeds_cap_or_falls_below_the_rate_above(price: float, cap: float, above: float) -> None:
    duty = gate_duty(price, 524.0, cap, above)
    assert duty >= above
    assert duty * price <= max(cap, above * price) + 1e-9
    assert gate_duty(price + 1, 524.0, cap, above) <= duty + 1e-12


def test_a_schedule_refuses_what_has_no_effect() -> None:
    with pytest.raises(ValidationError, match="last: has no effect on the category B5; delete it"):
        Staging.model_validate({"base": "10%", "category": "B5", "first": "2020", "last": "2024"})
