"""Quotas of a sheet: limits, rates and the other lines of the cell by hand; what the base year says."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.instruments.small_world import ISSUES, MEASURES, ROWS, cell, small_sheet, small_world

import dealspace as ds
from dealspace.core.quotas import Quotas
from dealspace.errors import SheetError
from dealspace.instruments.compile import compile_deals, compile_policy
from dealspace.instruments.dealmap import DealMap
from dealspace.instruments.policy import Policy
from dealspace.termsheet import TermSheet

WORLD = small_world()
CARS = {
    "kind": "quota", "by": "USA", "on": "JPN", "products": "hs:8703", "volume": "100 kt", "imports": "80 kt",
    "in_rate": "2.5%", "out_rate": "27.5%", "source": "a test",
}  # fmt: skip
#: 60 % of three origins' C29, whose lines pay 3 % or what the rows say.
SPLIT = {
    "kind": "quota", "by": "USA", "on": ["JPN", "MEX", "ROW"], "products": "C29", "coverage": "60%",
    "volume": "100 kt", "imports": {"JPN": "50 kt", "MEX": "30 kt", "ROW": "19 kt"},
    "in_rate": "2%", "out_rate": "60%", "source": "a test",
}  # fmt: skip
VOLUME = {"kind": "quota-volume", "by": "USA", "quota": "q", "range": ["100 kt", "150 kt"]}
SHARE = {"kind": "quota-share", "by": "USA", "on": "JPN", "quota": "q", "range": ["50 kt", "80 kt"]}
MARKUP = {"kind": "markup", "by": "USA", "quota": "q", "range": ["0%", "10%"]}


def sheet_of(quota: dict[str, Any], issues: dict[str, Any] | None = None, **acts: Any) -> TermSheet:
    measures = {"q": quota, **acts}
    policies = {"before": [], "status-quo": list(measures), "no-deal": list(measures)}
    return small_sheet(measures=measures, policies=policies, issues=issues or {"farm": ISSUES["farm"]})


def policy_of(quota: dict[str, Any], **acts: Any) -> Policy:
    return compile_policy(sheet_of(quota, **acts), WORLD, "status-quo")


def deals_of(quota: dict[str, Any], issues: dict[str, Any]) -> DealMap:
    return compile_deals(sheet_of(quota, issues), WORLD)


def held(policy: Policy) -> Quotas:
    assert policy.quotas is not None
    return policy.quotas


def test_a_quota_on_lines_by_hand() -> None:
    """Cars are 400 of 500; the other lines of the cell stay in the nest under the acts on them."""
    policy = policy_of(CARS, autos=MEASURES["s232-autos"] | {"source": "a test"})
    quotas = held(policy)
    rows = [row for row in ROWS if row[0] == "JPN" and row[2] == "C29"]
    value, tau0 = np.array([row[3] for row in rows]), 1 + np.array([row[4] for row in rows])
    share = value * tau0 / (value * tau0).sum()
    after = np.array([1.275, 1.50, 1.275, 1.0])  # cars, pickups, parts, tractors; the first is the quota's
    assert (int(quotas.importer[0]), int(quotas.exporter[0]), int(quotas.sector[0])) == cell(WORLD, "USA", "JPN", "C29")
    assert float(quotas.share[0]) == pytest.approx(share[0], rel=1e-14)
    terms = share[1:] * tau0[1:] / after[1:]  # eta = 2
    assert float(quotas.rest_price[0]) == pytest.approx(terms.sum(), rel=1e-13)
    assert float(quotas.rest_sales[0]) == pytest.approx((terms / after[1:]).sum(), rel=1e-13)
    assert float(quotas.tau0[0]) == pytest.approx(1.025, rel=1e-14)
    assert float(quotas.inside[0]) == pytest.approx(1.025, rel=1e-14)
    assert float(quotas.outside[0]) == pytest.approx(1.275, rel=1e-14)
    assert float(quotas.limit[0]) == pytest.approx(400.0 * 100 / 80, rel=1e-13)
    assert policy.quota_names == ("q",)
    assert policy.notes == ()


@pytest.mark.parametrize(
    ("imports", "limit", "inside"),
    [
        ("80 kt", 500.0, 1.025),  # slack
        ("96.9 kt", 400 / 0.969, 1.025),
        ("97 kt", 400.0, 1.0),  # binding: what came in is the limit, and 2.5 % over nothing is the premium
        ("103 kt", 400.0, 1.0),
        ("125 kt", 320.0, 1.025 / 1.3),  # over quota: the base year's price is that of the duty outside
    ],
)
def test_what_the_base_year_says_of_a_quota(imports: str, limit: float, inside: float) -> None:
    policy = policy_of(CARS | {"imports": imports, "in_rate": "0%", "out_rate": "30%"})
    quotas = held(policy)
    assert float(quotas.limit[0]) == pytest.approx(limit, rel=1e-13)
    assert float(quotas.inside[0]) == pytest.approx(inside, rel=1e-13)
    assert float(quotas.outside[0] / quotas.inside[0]) == pytest.approx(1.3, rel=1e-13)
    assert bool(policy.notes) == (inside != 1.0)  # what differs from the data is said


@pytest.mark.parametrize("imports", ["80 kt", "99 kt", "125 kt"])
@pytest.mark.parametrize("quota", [CARS, SPLIT | {"imports": None}])
def test_with_the_quota_of_the_base_year_nothing_changes(quota: dict[str, Any], imports: str) -> None:
    found = ds.solve(WORLD, policy_of(quota | {"imports": imports}))
    assert found.converged
    assert found.solution is not None
    assert np.abs(np.asarray(found.solution.w_hat) - 1).max() < 1e-12
    assert np.abs(np.asarray(found.solution.real_income_hat) - 1).max() < 1e-12
    assert np.abs(np.asarray(found.solution.sales) / WORLD.flows - 1).max() < 1e-11


def test_volumes_and_shares_move_and_add_up() -> None:
    """70 of 100 kt to Japan leave 30 where 50 were; of 150 kt they leave 80."""
    deals = deals_of(SPLIT, {"v": VOLUME, "s": SHARE})
    assert deals.quota_names == ("q:JPN", "q:others")
    sales = 0.6 * WORLD.flows[0, [1, 2, 3], WORLD.sector_index("C29")]
    japan, others = sales[0], sales[1] + sales[2]
    before = np.asarray(deals.wedges(np.array([100.0, 50.0])).quotas.limit)
    assert before.tolist() == pytest.approx([japan, others], rel=1e-12)
    after = np.asarray(deals.wedges(np.array([100.0, 70.0])).quotas.limit)
    assert after.tolist() == pytest.approx([japan * 70 / 50, others * 30 / 50], rel=1e-12)
    more = np.asarray(deals.wedges(np.array([150.0, 70.0])).quotas.limit)
    assert more.tolist() == pytest.approx([japan * 70 / 50, others * 80 / 50], rel=1e-12)


def test_named_shares_of_others_shrink_in_proportion() -> None:
    """Japan 50, Mexico 30, others 20: Japan's 70 leaves 18 and 12; a larger volume alone lifts all three."""
    deals = deals_of(SPLIT | {"shares": {"JPN": "50 kt", "MEX": "30 kt"}}, {"v": VOLUME, "s": SHARE})
    assert deals.quota_names == ("q:JPN", "q:MEX", "q:others")
    ratio = np.asarray(deals.wedges(np.array([100.0, 70.0])).quotas.limit) / np.asarray(deals.quotas.fixed.limit)
    assert ratio.tolist() == pytest.approx([1.4, 0.6, 0.6], rel=1e-12)
    alone = deals_of(SPLIT | {"shares": {"JPN": "50 kt", "MEX": "30 kt"}}, {"v": VOLUME})
    ratio = np.asarray(alone.wedges(np.array([120.0])).quotas.limit) / np.asarray(alone.quotas.fixed.limit)
    assert ratio.tolist() == pytest.approx([1.2, 1.2, 1.2], rel=1e-12)


def test_a_mark_up_moves_what_is_paid_inside() -> None:
    """Binding, 0 % and a mark-up of 1 %: the premium is 1.025 / 1.01; at a mark-up of 2 % the inside factor is 1.02."""
    quota = CARS | {"imports": "100 kt", "in_rate": "0%", "markup": "1%"}
    deals = deals_of(quota, {"m": MARKUP})
    for mark in (0.01, 0.02):
        assert float(deals.wedges(np.array([mark])).quotas.inside[0]) == pytest.approx(1 + mark, rel=1e-13)
    assert float(deals.wedges(np.array([0.01])).quotas.outside[0]) == pytest.approx(1.275, rel=1e-13)


def test_one_premium_explains_every_origin() -> None:
    """Origins that paid different duties under one quota keep them apart: tau0 = inside x the common premium."""
    quotas = held(policy_of(SPLIT))
    premium = np.asarray(quotas.tau0 / quotas.inside)
    assert np.ptp(premium) < 1e-14
    assert np.ptp(np.asarray(quotas.tau0)) > 1e-3
    mean = np.exp(np.average(np.log(np.asarray(quotas.tau0) / 1.02), weights=np.asarray(quotas.share)))
    assert premium[0] == pytest.approx(max(mean, 1.0), rel=1e-13)


def test_a_quota_grows_and_its_rates_fall() -> None:
    """1 % a year from 2025 to 2027; 2.5 % becomes 1 %."""
    rates = {"rates": {2020: "2.5%", 2027: "1%"}}
    quota = CARS | {"growth": "1%", "from": "2020-01-01", "in_rate": rates, "volume": "100 kt", "imports": "80 kt"}
    sheet = sheet_of(quota)
    today, later = (held(compile_policy(sheet, WORLD, "status-quo", on=on)) for on in (None, date(2027, 6, 1)))
    assert float(today.limit[0]) == pytest.approx(400 * 100 * 1.01**5 / 80, rel=1e-12)
    assert float(later.limit[0] / today.limit[0]) == pytest.approx(1.01**2, rel=1e-12)
    assert float(later.inside[0]) == pytest.approx(1.01, rel=1e-12)
    assert float(later.outside[0]) == pytest.approx(1.275, rel=1e-12)


def test_a_new_quota_counts_as_stated() -> None:
    quotas = held(
        policy_of(CARS | {"in_rate": "10%", "imports": "100 kt", "from": "2025-06-30", "rents_to": "exporter"})
    )
    assert float(quotas.inside[0]) == pytest.approx(1.10, rel=1e-14)
    assert float(quotas.outside[0]) == pytest.approx(1.275, rel=1e-14)
    assert float(quotas.limit[0]) == pytest.approx(400.0, rel=1e-14)
    assert float(quotas.kept[0]) == 0.0


def test_specific_duties_and_closed_quotas() -> None:
    """341 yen on 148 yen/kg is 230 %; nothing comes in beyond an absolute quota."""
    out = {"specific": "341 yen/kg", "price": "148 yen/kg"}
    assert float(held(policy_of(CARS | {"out_rate": out})).outside[0]) == pytest.approx(1 + 341 / 148, rel=1e-13)
    assert float(held(policy_of(CARS | {"out_rate": "closed"})).outside[0]) > 1e8


def test_a_safeguard_is_a_quota_at_its_trigger() -> None:
    act = {
        "kind": "safeguard", "by": "USA", "on": "JPN", "products": "A01", "trigger": "242 kt", "imports": "220 kt",
        "rate": "38.5%", "base_rate": "26.4%", "source": "a test",
    }  # fmt: skip
    quotas = held(policy_of(act))
    assert float(quotas.inside[0]) == pytest.approx(1.264, rel=1e-14)
    assert float(quotas.outside[0]) == pytest.approx(1.385, rel=1e-14)
    assert float(quotas.limit[0]) == pytest.approx(10.0 * 242 / 220, rel=1e-14)


def test_rents_that_the_accounts_give_the_importer_stay_there() -> None:
    policy = policy_of(CARS | {"imports": "100 kt", "in_rate": "0%", "rents_to": "exporter"})
    assert float(held(policy).kept[0]) == 1.0
    assert any("counts its rents as the importer's" in note for note in policy.notes)


@pytest.mark.parametrize(
    ("quota", "sentence"),
    [
        (CARS | {"imports": "200 kt", "out_rate": "closed"}, "closed beyond its volume, yet imports are 200 %"),
        (SPLIT | {"imports": {"JPN": "99 kt", "MEX": "0 kt"}, "shares": {"MEX": "10 kt"}}, "imports of 0"),
    ],
)
def test_what_contradicts_the_base_year_is_refused(quota: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SheetError, match=sentence):
        policy_of(quota)


def test_what_the_nest_cannot_hold_is_refused() -> None:
    with pytest.raises(SheetError, match="cannot be exactly 1"):
        compile_policy(sheet_of(CARS), WORLD, "status-quo", eta=1.0)
    rents = {
        "kind": "ntb", "by": "USA", "on": "JPN", "products": "C29", "base": "20%", "reduction": "5 pp",
        "rent_share": "50%", "source": "a test",
    }  # fmt: skip
    with pytest.raises(SheetError, match="bar has rents in a sector where a quota stands"):
        policy_of(CARS, bar=rents)


def test_a_quota_that_a_duty_replaces_is_gone() -> None:
    """Tariffication: the duty is due on the lines of the quota, and no sentence is needed."""
    duty = {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "hs:8703", "rate": "15%", "stacking": "replace",
    }  # fmt: skip
    issue = {key: value for key, value in duty.items() if key != "rate"} | {"range": ["0%", "15%"], "lifts": "q"}
    deals = deals_of(CARS, {"duty": issue})
    assert deals.quotas is None
    assert deals.notes == ()
    half = policy_of(CARS, duty=duty | {"coverage": "50%", "replaces": "q", "source": "a test"})
    whole = float(held(policy_of(CARS)).share[0])
    assert float(held(half).share[0]) == pytest.approx(whole / 2, rel=1e-13)


def test_a_barrier_reaches_the_lines_of_a_quota() -> None:
    bar = {
        "kind": "ntb", "by": "USA", "on": "JPN", "products": "C29", "base": "20%", "reduction": "10 pp",
        "source": "a test",
    }  # fmt: skip
    quotas = held(policy_of(CARS, bar=bar))
    assert float(quotas.barrier[0]) == pytest.approx(1.1 / 1.2, rel=1e-14)
    issue = {k: v for k, v in bar.items() if k not in ("reduction", "source")}
    issue |= {"range": ["0 pp", "20 pp"], "sense": "reduction"}
    at = deals_of(CARS, {"b": issue}).wedges(np.array([0.10]))
    assert float(at.quotas.barrier[0]) == pytest.approx(1.1 / 1.2, rel=1e-14)
    assert float(at.quotas.rest_price[0]) == pytest.approx(float(quotas.rest_price[0]), rel=1e-10)
    assert float(at.trade_cost[cell(WORLD, "USA", "JPN", "C29")]) == 1.0


def test_quota_equals_tariff() -> None:
    """A quota at 70 % of the volume, its rents with the importer, is the duty that keeps out as much."""
    quota = CARS | {"imports": "100 kt", "volume": "70 kt", "from": "2025-07-01", "out_rate": "closed"}
    first = ds.solve(WORLD, policy_of(quota))
    assert first.solution is not None
    premium = float(first.solution.premium[0])
    assert float(first.solution.quota_volume[0]) == pytest.approx(280.0, rel=1e-9)
    assert premium > 1.05
    duty = {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "hs:8703", "stacking": "replace", "source": "a test",
        "rate": 1.025 * premium - 1,
    }  # fmt: skip
    policies = {"before": [], "status-quo": ["d"], "no-deal": ["d"]}
    sheet = small_sheet(measures={"d": duty}, policies=policies, issues={"farm": ISSUES["farm"]})
    second = ds.solve(WORLD, compile_policy(sheet, WORLD, "status-quo"))
    assert second.solution is not None
    gap = np.asarray(first.solution.real_income_hat) - np.asarray(second.solution.real_income_hat)
    assert np.abs(gap).max() < 1e-9
    assert np.abs(np.asarray(first.solution.sales) / np.asarray(second.solution.sales) - 1).max() < 1e-7


def test_a_slack_quota_is_none_and_one_far_over_is_its_duty() -> None:
    """Within a wide quota the duty inside is all there is; with nearly no quota it is the duty outside."""
    new = {"from": "2025-07-01", "imports": "100 kt", "out_rate": "10%"}
    duty = {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "hs:8703", "stacking": "replace", "source": "a test",
    }  # fmt: skip
    for volume, rate in (("900 kt", "2.5%"), ("0.001 kt", "10%")):
        found = ds.solve(WORLD, policy_of(CARS | new | {"volume": volume}))
        policies = {"before": [], "status-quo": ["d"], "no-deal": ["d"]}
        sheet = small_sheet(measures={"d": duty | {"rate": rate}}, policies=policies, issues={"farm": ISSUES["farm"]})
        expected = ds.solve(WORLD, compile_policy(sheet, WORLD, "status-quo"))
        assert found.solution is not None
        assert expected.solution is not None
        gap = np.asarray(found.solution.real_income_hat) - np.asarray(expected.solution.real_income_hat)
        assert np.abs(gap).max() < 1e-8
