"""What each kind of measure and issue means, in natural units."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.termsheet.mini import EVERY_KIND, WORLD, edited, every_kind

from dealspace.errors import SheetError
from dealspace.termsheet import check_sheet, diff, parse_sheet
from dealspace.termsheet.acts import ACTS, ISSUES
from dealspace.termsheet.quantities import parse_quantity
from dealspace.termsheet.units import (
    money,
    natural,
    parse_grant,
    parse_money,
    parse_price,
    parse_volume,
    parse_years,
    ratio,
    unit_of,
    volume,
)

SHEET = every_kind()
DAY = date(2025, 7, 20)
amounts = st.floats(0, 1e9, allow_nan=False).filter(lambda x: x == 0 or x > 1e-9)


def measure(name: str) -> Any:
    return SHEET.measures[name]


def test_every_kind_stands_in_the_sheet() -> None:
    assert {act.kind for act in SHEET.measures.values()} == set(ACTS)
    assert {issue.kind for issue in SHEET.issues.values()} == set(ISSUES)


@pytest.mark.parametrize(
    ("text", "kt"), [("770 kt", 770.0), ("346000 t", 346.0), ("0.77 Mt", 770.0), ("11 kg", 1.1e-5), ("0", 0.0)]
)  # fmt: skip
def test_weights_become_kt(text: str, kt: float) -> None:
    assert parse_volume(text) == kt


@pytest.mark.parametrize(
    ("text", "millions"),
    [("550 bn USD", 550_000.0), ("0 bn USD", 0.0), ("1.5 trn USD", 1.5e6), ("80 mn USD", 80.0), ("2500 USD", 0.0025)],
)
def test_sums_become_millions(text: str, millions: float) -> None:
    assert parse_money(text) == millions


@given(amounts)
def test_written_amounts_read_back(value: float) -> None:
    assert parse_volume(volume(value)) == value
    assert parse_money(money(value)) == value


def test_prices_are_compared_in_one_currency() -> None:
    assert ratio(parse_price("341 yen/kg"), parse_price("148 JPY/kg")) == pytest.approx(2.3040540540540540)
    assert ratio(parse_price("1 USD/kg"), parse_price("500 USD/t")) == 2.0
    with pytest.raises(ValueError, match="341 yen/kg and 500 USD/t are in two currencies"):
        ratio(parse_price("341 yen/kg"), parse_price("500 USD/t"))


def test_years_and_grants() -> None:
    assert (parse_years("5"), parse_years("2.5 years"), parse_years(3)) == (5.0, 2.5, 3.0)
    assert parse_grant("2%") == (0.02, 0.02, 0.02)
    assert parse_grant(["0%", "2%", "5%"]) == (0.0, 0.02, 0.05)


def test_quantities_of_offers_are_natural() -> None:
    written = ("25%", "10 pp", "820000 t", "0.35 Mt", "300 bn USD", "0 bn USD", "341 yen/kg")
    found = [(natural(q), unit_of(q)) for q in map(parse_quantity, written)]
    assert found == [
        (0.25, "%"), (0.1, "pp"), (820.0, "kt"), (350.0, "kt"), (300_000.0, "USD mn"), (0.0, "USD mn"),
        (341.0, "yen/kg"),
    ]  # fmt: skip
    assert SHEET.offers["tabled"].values == {
        "us-car-rate": 0.15, "jp-rules": 0.05, "jp-digital-tax": 0.0, "us-farm-aid": 0.04, "us-ore-tax": 0.0,
        "jp-rice-volume": 820.0, "jp-rice-share": 500.0, "jp-rice-markup": 0.1, "jp-investment": 300_000.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ends", "unit", "concedes", "most"),
    [
        ("us-car-rate", (0.025, 0.275), "%", "low", "27.5%"),
        ("jp-rules", (0.0, 0.1), "pp", "high", "10 pp"),
        ("jp-digital-tax", (0.0, 0.03), "%", "low", "3%"),
        ("us-farm-aid", (0.0, 0.08), "%", "low", "8%"),
        ("us-ore-tax", (0.0, 0.1), "%", "low", "10%"),
        ("jp-rice-volume", (770.0, 870.0), "kt", "high", "870 kt"),
        ("jp-rice-share", (346.0, 500.0), "kt", "high", "500 kt"),
        ("jp-rice-markup", (0.0, 0.2), "%", "low", "20%"),
        ("jp-investment", (0.0, 600_000.0), "USD mn", "high", "600 bn USD"),
    ],
)
def test_an_issue_says_its_unit_and_where_its_side_gives_most(
    name: str, ends: tuple[float, float], unit: str, concedes: str, most: str
) -> None:
    issue = SHEET.issues[name]
    assert (issue.low, issue.high) == ends
    assert (issue.unit, issue.concedes, issue.write(issue.high)) == (unit, concedes, most)


def test_levels_are_natural_too() -> None:
    assert SHEET.issues["jp-rice-volume"].levels == (770.0, 820.0, 870.0)
    assert SHEET.issues["jp-investment"].levels == (0.0, 300_000.0, 550_000.0, 600_000.0)


def test_a_quota_says_volume_duties_and_who_keeps_the_rent() -> None:
    rice, whey = measure("rice-ma"), measure("whey")
    assert (rice.imports_total, rice.imports_by) == (767.0, {"USA": 346.0, "KOR": 286.0, "DEU": 135.0})
    assert rice.shares == {"USA": 346.0, "KOR": 286.0}
    assert (rice.inside(DAY), rice.markup_on(DAY), rice.kept, rice.closed) == (0.0, 0.2, 0.6, False)
    assert rice.outside(DAY) == pytest.approx(341 / 148)
    assert (whey.imports_total, whey.imports_by, whey.outside(DAY), whey.kept, whey.closed) == (
        9.9, None, None, 0.0, True,
    )  # fmt: skip
    assert (whey.inside(DAY), whey.markup_on(DAY), whey.volume_on(DAY)) == (0.05, 0.0, 10.0)


def test_a_safeguard_is_a_quota_whose_rate_snaps_back() -> None:
    guard = measure("beef-guard")
    assert (guard.volume_on(DAY), guard.outside(DAY), guard.kept) == (242.0, 0.385, 0.0)
    assert guard.inside(DAY) == pytest.approx(0.385 - 0.295 * 6 / 14)


def test_a_commitment_moves_its_grant_equivalent_a_year() -> None:
    assert measure("pledge").transfer == pytest.approx((0.0, 2200.0, 5500.0))  # 550 bn over five years at 0, 2, 5 %
    issue: Any = SHEET.issues["jp-investment"]
    assert issue.transfer(300_000.0) == pytest.approx((1200.0, 1200.0, 1200.0))
    assert measure("pledge").products.terms == issue.products.terms == ()


def test_terms_of_duties() -> None:
    wine, steel = measure("wine"), measure("steel")
    assert (wine.utilisation, wine.origin_cost, steel.content, steel.bound) == (0.8, 0.01, 0.25, 0.025)
    assert (measure("rules").rent_share, measure("rules").rents_to) == (0.3, "exporter")
    assert (measure("digital").coverage, measure("digital").own_suppliers) == (0.4, True)
    assert (measure("farm-bill").on, measure("farm-bill").pays) == (("world",), "production")


def test_what_is_given_to_all_is_on_all() -> None:
    assert SHEET.partners(SHEET.issues["us-car-rate"], WORLD) == ("KOR", "JPN", "DEU", "FRA")
    assert SHEET.partners(SHEET.issues["jp-rules"], WORLD) == ("USA",)


def test_acts_of_a_day_are_those_in_force() -> None:
    assert [act.name for act in SHEET.acts("other")] == ["rice-levy", "rules", "pledge", "export-aid"]
    assert [act.name for act in SHEET.acts("other", on=date(2025, 9, 30))] == ["rice-levy", "rules", "pledge"]
    assert [act.name for act in SHEET.acts("other", on=date(2025, 10, 1))][-1] == "export-aid"


def test_staged_rates_are_those_of_the_sheet_or_of_the_first_day() -> None:
    assert SHEET.day_of(measure("beef")) == DAY
    assert SHEET.day_of(measure("export-aid")) == date(2025, 10, 1)
    over = measure("beef").model_copy(update={"until": date(2024, 12, 31)})
    assert SHEET.day_of(over) == date(2024, 12, 31)
    assert SHEET.day_of(over, date(2030, 1, 1)) == date(2030, 1, 1)


def test_the_day_of_a_policy_must_be_one() -> None:
    with pytest.raises(SheetError, match=r"^on: '2025-13-01' is not a day of the calendar"):
        SHEET.policy("no-deal", WORLD, on="2025-13-01")


def test_differences_are_told_as_written() -> None:
    other = edited(
        ("volume: 770 kt", "volume: 782 kt"),
        ("{2020: 26.6%, 2025: 21.6%, 2033: 9%}", "{2020: 26.6%, 2025: 20%, 2033: 9%}"),
        ("out_rate: closed", "out_rate: {specific: 90 yen/kg, price: 300 yen/kg}"),
        ("[0%, 2%, 5%]", "2%"),
        ("jp-investment: 300 bn USD", "jp-investment: 550 bn USD"),
        text=EVERY_KIND,
    )
    assert [str(change) for change in diff(SHEET, parse_sheet(other, world=WORLD))] == [
        "measures.beef.staging.rates.2025: 21.6% became 20%",
        "measures.rice-ma.volume: 770 kt became 782 kt",
        "measures.whey.out_rate: closed became {specific: 90 yen/kg, price: 300 yen/kg}",
        "measures.pledge.grant_equivalent: [0%, 2%, 5%] became 2%",
        "offers.tabled.jp-investment: 300 bn USD became 550 bn USD",
    ]
    same = edited(("0.82 Mt", "820 kt"), ("KOR: 286000 t", "KOR: 286 kt"), ("years: 5, grant", "years: 5 years, grant"),
                  text=EVERY_KIND)  # fmt: skip
    assert diff(SHEET, parse_sheet(same, world=WORLD)) == ()


WARNINGS = [
    ([], "10  measures.steel.bound: 50% is above the bound rate of 2.5%"),
    ([("bound: 50%, staging", "bound: 20%, staging")], "7  measures.beef.bound: 26.6% is above the bound rate of 20%"),
    ([("mfn: true, bound: 30%", "bound: 20%")],
     "43  issues.us-car-rate.bound: the range reaches 27.5%, above the bound rate of 20%"),
    ([("imports: 9.9 kt", "imports: 12 kt")],
     "33  measures.whey.imports: 12 kt came in, more than the closed quota of 10 kt lets in"),
    ([("imports: 9.9 kt", "imports: 9.9 t")],
     "33  measures.whey.imports: 0.0099 kt came in, 0.099% of 10 kt; check the unit"),
    ([("trigger: 242 kt", "trigger: 200 kt")],
     "34  measures.beef-guard.trigger: 230 kt came in, more than the trigger, so the rate above it is due from the "
     "start"),
    ([("range: [346 kt, 500 kt]", "range: [346 kt, 600 kt]")],
     "49  issues.jp-rice-share.range: 600 kt and the other shares of rice-ma, 286 kt, are more than its volume of "
     "870 kt, so the other shares would have to shrink"),
    ([("range: [0%, 3%], lifts: digital", "range: [0%, 3%]")],
     "45  issues.jp-digital-tax: lifts nothing, so digital stays in force beside it; add lifts: [digital] if meant"),
]  # fmt: skip
#: What is said of the sheet as it stands.
USUAL = {
    "10  measures.steel.bound: 50% is above the bound rate of 2.5%",
    "54  offers.nothing: leaves us-car-rate, jp-rules, jp-digital-tax, us-farm-aid, us-ore-tax, jp-rice-volume, "
    "jp-rice-markup open; what is not settled stays as in status-quo",
}


@pytest.mark.parametrize(("edits", "says"), WARNINGS, ids=[case[1].split("  ")[1].split(":")[0] for case in WARNINGS])
def test_what_looks_unmeant_is_warned_of(tmp_path: Any, edits: list[tuple[str, str]], says: str) -> None:
    path = tmp_path / "every-kind.yaml"
    path.write_text(edited(*edits, text=EVERY_KIND), encoding="utf-8")
    report = check_sheet(path, WORLD, quick=True)
    assert report.ok
    assert {str(warning).removeprefix(f"{path}:") for warning in report.warnings} == {says} | USUAL


def test_rates_above_the_whole_are_read_in_every_place() -> None:
    text = edited(
        ("in_rate: 5%, out_rate: closed", "in_rate: 120%, out_rate: 250%, markup: 110%"),
        ("rate: 38.5%, base_rate", "rate: 138.5%, base_rate"),
        ("specific: 341 yen/kg, price: 148 yen/kg, mfn", "rate: 400%, mfn"),
        ("above: 0.7%", "above: 170%"),
        text=EVERY_KIND,
    )
    sheet = parse_sheet(text, world=WORLD)
    acts: Any = sheet.measures
    whey = acts["whey"]
    assert (whey.inside(DAY), whey.outside(DAY), whey.markup_on(DAY)) == (1.2, 2.5, 1.1)
    assert (acts["beef-guard"].outside(DAY), acts["rice-levy"].rate_on(DAY), acts["pork-gate"].above) == (1.385, 4, 1.7)
    assert parse_sheet(sheet.to_yaml(), world=WORLD) == sheet
