"""What a tariff line pays: exact rates of the built-in sheet, and every rule on sheets of the test's own."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from tests.instruments.small_world import ISSUES, small_sheet, small_world

from dealspace.errors import DealspaceError, SheetError, UnknownNameError
from dealspace.instruments.explain_line import LineExplanation, explain_line
from dealspace.instruments.line_rates import line_rates
from dealspace.termsheet import TermSheet, load_sheet
from dealspace.world.catalogue import load_world
from dealspace.world.economy import Economy

WORLD = small_world()
AS_OF = date(2025, 7, 20)


@cache
def case() -> TermSheet:
    return load_sheet("us-japan-2025")


@cache
def world() -> Economy:
    return load_world("world-2022")


def into_usa(line: str, on: date | None = AS_OF, policy: str | None = None, exporter: str = "JPN") -> LineExplanation:
    return explain_line(case(), world(), "USA", exporter, line, on=on, policy=policy)


def into_japan(line: str, on: date = AS_OF) -> LineExplanation:
    return explain_line(case(), world(), "JPN", "USA", line, on=on)


def reasons(found: LineExplanation, k: int = 0) -> dict[str, str]:
    return dict(found.rulings[k].passed_over)


# -- the case ---------------------------------------------------------------------------------------------------


def test_cars_pay_the_normal_duty_and_25_points() -> None:
    found = into_usa("8703.23")
    assert found.duty == pytest.approx(0.275, abs=1e-15)
    (ruling,) = found.rulings
    assert ruling.normal.rate == 0.025
    assert [(step.name, step.how, step.rate, step.duty) for step in ruling.steps] == [
        ("s232-autos", "add", 0.25, pytest.approx(0.275, abs=1e-15))
    ]
    assert ruling.steps[0].authority == "Section 232, Proclamation 10908"
    assert reasons(found)["reciprocal-10"] == "carved out: except s232-autos"
    assert reasons(found)["letter-25"] == "not yet in force: from 2025-08-01"


def test_cars_before_the_third_of_april() -> None:
    found = into_usa("8703.23", date(2025, 4, 2))
    assert found.duty == 0.025
    assert found.rulings[0].steps == ()
    assert reasons(found)["s232-autos"] == "not yet in force: from 2025-04-03"
    assert into_usa("8703.23", date(2025, 4, 3)).duty == pytest.approx(0.275, abs=1e-15)


@pytest.mark.parametrize("line", ["8704.21", "8704.31", "870431", "87043101"])
def test_pickups(line: str) -> None:
    assert into_usa(line).duty == 0.5


@pytest.mark.parametrize(("line", "normal"), [("8459.10", 0.033), ("6110.30.30", 0.32), ("9018.90.80", 0.0)])
def test_an_industrial_line(line: str, normal: float) -> None:
    now = into_usa(line)
    assert now.rulings[0].normal.rate == normal
    assert now.duty == pytest.approx(normal + 0.10, abs=1e-15)
    for policy in (None, "no-deal"):  # the letter, by its date and as a policy
        letter = into_usa(line, date(2025, 8, 1), policy)
        assert letter.duty == pytest.approx(normal + 0.25, abs=1e-15)
        assert reasons(letter)["reciprocal-10"] == "replaced: letter-25 stands in its place"
    deal = into_usa(line, policy="framework")
    assert deal.duty == pytest.approx(max(normal, 0.15), abs=1e-15)
    assert [step.how for step in deal.rulings[0].steps] == ["inclusive"]


def test_cars_and_pickups_under_the_framework() -> None:
    assert into_usa("8703.23", policy="framework").duty == 0.15
    assert into_usa("8704.31", policy="framework").duty == 0.25


@pytest.mark.parametrize(("line", "normal"), [("8542.31", 0.0), ("8542", 0.0), ("7403.11", 0.01), ("2709.00", None)])
def test_exempted_lines_pay_the_normal_duty(line: str, normal: float | None) -> None:
    found = into_usa(line)
    assert all(ruling.steps == () for ruling in found.rulings)
    assert all(
        dict(ruling.passed_over)["reciprocal-10"] == "carved out: except list:annex-II" for ruling in found.rulings
    )
    assert found.duty == normal if normal is not None else found.rulings[0].normal.rate is None


@pytest.mark.parametrize("line", ["7208.51", "7209.16", "7304.19"])
def test_steel_pays_50_points_and_no_reciprocal_rate(line: str) -> None:
    found = into_usa(line)
    assert found.duty == 0.5
    assert {step.name for ruling in found.rulings for step in ruling.steps} == {"s232-metals"}
    assert reasons(found)["reciprocal-10"] == "carved out: except s232-metals"


def test_beef_into_japan_follows_the_agreement() -> None:
    now = into_japan("0201.30")
    assert now.duty == 0.216
    assert now.rulings[0].normal.agreement == "US-Japan Trade Agreement of 2019"
    assert "38.5 % without it" in now.rulings[0].normal.note
    assert into_japan("0202.30", date(2024, 7, 1)).duty == 0.225
    assert into_japan("0201.30", date(2026, 3, 31)).duty == 0.216
    assert into_japan("0201.30", date(2026, 4, 1)).duty == 0.208
    assert into_japan("0201.30", date(2033, 3, 31)).duty == 0.108
    assert into_japan("0201.30", date(2033, 4, 1)).duty == 0.09


def test_rice_in_and_over_the_quota() -> None:
    found = into_japan("1006.30")
    stages = {ruling.stage: ruling for ruling in found.rulings}
    assert stages["within the quota"].duty == 0.0
    assert stages["over the quota"].duty == pytest.approx(341 / 148, rel=1e-12)
    assert stages["within the quota"].codes == ("100630010",)
    assert stages["over the quota"].codes == ("100630090",)
    assert stages["within the quota"].normal.equivalent == pytest.approx(240 / 148 - 1, abs=5e-5)
    assert found.duty is None


def test_a_larger_country_share_leaves_less_to_the_others() -> None:
    quota = {
        "kind": "quota", "by": "JPN", "on": "world", "products": "A01", "volume": "100 kt", "source": TEST,
        "imports": {"USA": "50 kt", "MEX": "30 kt"}, "shares": {"USA": "50 kt", "MEX": "30 kt"},
        "in_rate": "0%", "out_rate": "90%",
    }  # fmt: skip
    issue = {"kind": "quota-share", "by": "JPN", "on": "USA", "quota": "rice", "range": ["50 kt", "80 kt"]}
    policies = {"before": [], "status-quo": ["rice"], "no-deal": ["rice"]}
    offers = {"more": {"by": "JPN", "date": "2025-07-01", "share": "75 kt"}}
    sheet = small_sheet(measures={"rice": quota}, policies=policies, issues={"share": issue}, offers=offers)
    found = explain_line(sheet, WORLD, "JPN", "USA", "0201", policy="more")
    # 50 kt were open to Mexico and the rest, 25 kt are: half of each
    assert "100 kt a year; kept for MEX 15 kt, USA 75 kt" in found.rulings[0].steps[0].words


def test_cars_from_korea_are_free_of_the_normal_duty() -> None:
    found = into_usa("8703.23", exporter="KOR")
    assert (found.rulings[0].normal.rate, found.duty) == (0.0, 0.25)
    assert found.rulings[0].normal.agreement == "KORUS"


def test_a_member_of_a_group_has_the_rate_of_the_group() -> None:
    found = explain_line(case(), world(), "JPN", "DEU", "0201.30", on=AS_OF)
    assert found.duty == 0.217  # the agreement with the European Union


def test_an_unknown_normal_duty_is_said_and_what_is_added_still_told() -> None:
    found = into_usa("2204.21.50")
    (ruling,) = found.rulings
    assert found.duty is None
    assert ruling.normal.rate is None
    assert ruling.normal.basis.startswith("unknown: no one rate stands out")
    assert (ruling.added, ruling.at_least) == (0.1, 0.1)
    missing = into_usa("0101.21.99")
    assert missing.rulings[0].normal.basis.startswith("unknown: the line was not imported")


def test_a_pair_without_a_table_falls_back_on_the_sector() -> None:
    found = explain_line(case(), world(), "KOR", "BRA", "87", on=AS_OF)
    (ruling,) = found.rulings
    cell = world().region_index("KOR"), world().region_index("BRA"), world().sector_index("C29")
    assert ruling.normal.rate == pytest.approx(float(world().tariff[cell]), abs=1e-15)
    assert "mean duty of world-2022 on C29" in ruling.normal.basis


# -- the rules --------------------------------------------------------------------------------------------------

CAR, TEST = "8703.23", "Made up for a test"


def tariff(rate: str, **more: Any) -> dict[str, Any]:
    return {"kind": "tariff", "by": "USA", "on": "JPN", "products": "hs:8703", "rate": rate, "source": TEST} | more


def sheet_of(measures: dict[str, Any], status_quo: list[str] | None = None) -> TermSheet:
    names = list(measures) if status_quo is None else status_quo
    policies = {"before": [], "status-quo": names, "no-deal": list(measures)}
    return small_sheet(measures=measures, policies=policies, issues={"farm": ISSUES["farm"]})


def ask(measures: dict[str, Any], line: str = CAR, **more: Any) -> LineExplanation:
    sheet = sheet_of(measures, more.pop("status_quo", None))
    return explain_line(sheet, WORLD, more.pop("importer", "USA"), more.pop("exporter", "JPN"), line, **more)


def test_content_is_a_part_of_the_value() -> None:
    found = ask({"content": tariff("50%", content="25%"), "general": tariff("10%", **{"except": ["content"]})})
    assert [(r.part, r.duty) for r in found.rulings] == [
        (0.75, pytest.approx(0.125)), (0.25, pytest.approx(0.525))
    ]  # fmt: skip
    assert found.duty == pytest.approx(0.75 * 0.125 + 0.25 * 0.525, abs=1e-15)
    assert reasons(found)["content"] == "content: it is due on 25 % of the value, and this is the rest"


def test_coverage_is_a_part_of_the_trade() -> None:
    found = ask({"half": tariff("20%", coverage="40%")})
    assert found.duty == pytest.approx(0.025 + 0.4 * 0.2, abs=1e-15)
    assert "coverage: 40 % of the trade is covered" in reasons(found)["half"]


@pytest.mark.parametrize(("cost", "duty", "claimed"), [("1%", 0.0, True), ("3%", 0.025, False)])
def test_a_preference_is_claimed_where_it_pays(cost: str, duty: float, claimed: bool) -> None:
    found = ask({"free": tariff("0%", stacking="replace", origin_cost=cost)})
    assert found.duty == duty
    assert bool(found.rulings[0].steps) is claimed
    if not claimed:
        assert "costs more than it saves" in reasons(found)["free"]


def test_a_part_of_a_line_is_ruled_apart() -> None:
    found = ask({"general": tariff("10%", products="all-goods", **{"except": ["hs:8708295160"]})}, "8708.29.51")
    rates = {ruling.codes: ruling.duty for ruling in found.rulings}
    assert rates[("8708295160",)] == 0.025
    assert rates[("87082951 (the rest)",)] == pytest.approx(0.125, abs=1e-15)


def test_acts_out_of_time_say_so() -> None:
    acts = {
        "past": tariff("5%", until="2025-08-19"),
        "now": tariff("7%", **{"from": "2025-07-20"}),
        "undated": tariff("9%"),
        "later": tariff("11%", **{"from": "2026-01-01"}),
    }
    found = ask(acts, status_quo=["now", "past"], on=date(2025, 8, 20))
    assert found.duty == pytest.approx(0.095, abs=1e-15)
    why = reasons(found)
    assert why["past"] == "no longer in force: until 2025-08-19"
    assert why["later"] == "not yet in force: from 2026-01-01"
    assert why["undated"].startswith("it has no date")


def test_what_became_known_later_never_counts() -> None:
    acts = {"known-later": tariff("13%", hindsight=True, **{"from": "2025-07-22"})}
    sheet = small_sheet(
        measures=acts, policies={"before": [], "status-quo": [], "no-deal": []}, issues={"farm": ISSUES["farm"]}
    )
    found = explain_line(sheet, WORLD, "USA", "JPN", CAR, on=date(2025, 9, 1))
    assert found.duty == 0.025
    assert reasons(found)["known-later"].startswith("known only after 2025-07-20")


def test_a_policy_without_a_day_takes_its_acts_whatever_their_dates() -> None:
    sheet = sheet_of({"later": tariff("11%", **{"from": "2026-01-01"})}, [])
    by_policy = explain_line(sheet, WORLD, "USA", "JPN", CAR, policy="no-deal")
    assert by_policy.duty == pytest.approx(0.135, abs=1e-15)
    assert "whatever the dates" in by_policy.reading
    assert explain_line(sheet, WORLD, "USA", "JPN", CAR, policy="no-deal", on=AS_OF).duty == 0.025
    assert explain_line(sheet, WORLD, "USA", "JPN", CAR).duty == 0.025


def test_an_option_that_only_another_policy_names_does_not_count() -> None:
    acts = {"option": tariff("11%", **{"from": "2025-01-01"})}
    policies = {"before": [], "status-quo": [], "no-deal": [], "answered": ["option"]}
    sheet = small_sheet(measures=acts, policies=policies, issues={"farm": ISSUES["farm"]})
    found = explain_line(sheet, WORLD, "USA", "JPN", CAR)
    assert found.duty == 0.025
    assert reasons(found)["option"] == "an option, in answered only"
    assert explain_line(sheet, WORLD, "USA", "JPN", CAR, policy="answered").duty == pytest.approx(0.135)


def test_a_staged_rate_by_day() -> None:
    staging = {"rates": {2024: "20%", 2026: "12%"}, "year_starts": "04-01"}
    act = {k: v for k, v in tariff("0%", stacking="replace", staging=staging).items() if k != "rate"}
    for day, rate in ((date(2026, 3, 31), 0.2), (date(2026, 4, 1), 0.12), (date(2030, 1, 1), 0.12)):
        assert ask({"staged": act}, on=day).duty == rate


def test_a_quota_sets_the_whole_duty() -> None:
    quota = {
        "kind": "quota", "by": "JPN", "on": "USA", "products": "hs:1006", "volume": "100 kt", "imports": "100 kt",
        "in_rate": "10%", "out_rate": {"specific": "300 yen/kg", "price": "150 yen/kg"}, "markup": "20%",
        "shares": {"USA": "60 kt"}, "rents_to": "importer", "source": TEST,
    }  # fmt: skip
    found = ask({"quota": quota, "more": tariff("5%", by="JPN", on="USA", products="hs:10")}, "1006.30",
                importer="JPN", exporter="USA")  # fmt: skip
    rates = {ruling.stage: ruling.duty for ruling in found.rulings}
    assert rates == {"within the quota": pytest.approx(0.3), "over the quota": 2.0}
    assert all(dict(r.passed_over)["more"] == "quota sets the whole duty of these goods" for r in found.rulings)
    words = found.rulings[0].steps[0].words
    assert "100 kt a year; kept for USA 60 kt" in words


def test_a_gate_price_and_a_safeguard() -> None:
    gate = {
        "kind": "gate-price", "by": "JPN", "on": "USA", "products": "hs:0203", "gate": "524 yen/kg", "source": TEST,
        "price": "500 yen/kg", "cap": "62 yen/kg", "above": "0.7%",
    }  # fmt: skip
    guard = {
        "kind": "safeguard", "by": "JPN", "on": "USA", "products": "hs:0201", "trigger": "242 kt", "imports": "200 kt",
        "rate": "38.5%", "base_rate": "21.6%", "source": TEST,
    }  # fmt: skip
    acts = {"gate": gate, "guard": guard}
    pork = ask(acts, "0203.19", importer="JPN", exporter="USA")
    assert pork.duty == pytest.approx((524 * 1.007 - 500) / 500, rel=1e-12)
    beef = ask(acts, "0201.30", importer="JPN", exporter="USA")
    assert {r.stage: r.duty for r in beef.rulings} == {"within the trigger": 0.216, "over the trigger": 0.385}


def test_a_bound_that_is_exceeded_is_told() -> None:
    found = ask({"high": tariff("60%", bound="50%")})
    assert found.rulings[0].steps[0].words == "above the bound rate of 50 %"


def test_a_barrier_moves_the_trade_cost() -> None:
    act = {
        "kind": "ntb",
        "by": "USA",
        "on": "JPN",
        "products": "hs:8703",
        "base": "20%",
        "reduction": "5 pp",
        "source": TEST,
    }
    found = ask({"barrier": act})
    assert found.duty == 0.025
    assert found.rulings[0].barrier == pytest.approx(1.15 / 1.2, rel=1e-14)


def test_a_subsidy_is_told_beside_the_duty() -> None:
    act = {"kind": "subsidy", "by": "JPN", "products": "C29", "rate": "4%", "pays": "production", "source": TEST}
    found = ask({"aid": act})
    assert found.duty == 0.025
    assert found.besides == ("aid: a subsidy of 4 % of the price in JPN",)


def test_acts_that_contradict_each_other() -> None:
    acts = {"a": tariff("5%", stacking="replace"), "b": tariff("6%", stacking="replace")}
    with pytest.raises(SheetError, match="each set the whole duty of the same goods"):
        ask(acts)


@pytest.mark.parametrize(
    ("line", "words"), [("12345", "is not a tariff line"), ("car", "is not a tariff line"), ("77", "no chapter 77")]
)
def test_codes_that_are_none(line: str, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        ask({"a": tariff("5%")}, line)


def test_names_that_are_not_known() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'JPN'"):
        ask({"a": tariff("5%")}, exporter="JPNN")
    with pytest.raises(UnknownNameError, match="did you mean 'no-deal'"):
        ask({"a": tariff("5%")}, policy="nodeal")
    with pytest.raises(DealspaceError, match="goods at home pay no duty"):
        ask({"a": tariff("5%")}, exporter="USA")


def test_lines_told_by_code_and_lines_in_the_wedges_agree() -> None:
    """What acts add to a line is the same by its code alone and in the compiled policy, for one line in 150."""
    rates = line_rates(case(), world(), "status-quo", "USA", "JPN")
    fine = [k for k, code in enumerate(rates.codes) if len(code) == 10][::150]
    assert len(fine) > 30
    for k in fine:
        found = into_usa(str(rates.codes[k]), policy="status-quo", on=None)
        added = sum(ruling.part * ruling.added for ruling in found.rulings)
        assert rates.tau[k] - rates.tau0[k] == pytest.approx(added, abs=1e-12), rates.codes[k]
