"""Every kind of act and issue as wedges, against numbers worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.instruments.small_world import ISSUES, MEASURES, ROWS, cell, small_sheet, small_world

from dealspace.errors import SheetError
from dealspace.instruments.compile import compile_deals, compile_policy
from dealspace.instruments.policy import Policy
from dealspace.termsheet import TermSheet

WORLD = small_world()


def sheet_of(acts: dict[str, Any], issues: dict[str, Any] | None = None, **changes: Any) -> TermSheet:
    """A sheet whose status quo is `acts`, each by its own keys; `on` and `source` are filled in."""
    measures = {name: {"source": "a test"} | act for name, act in acts.items()}
    policies = {"before": [], "status-quo": list(acts), "no-deal": list(acts)}
    given = {"measures": measures, "policies": policies, "issues": issues or {"farm": ISSUES["farm"]}}
    return small_sheet(**(given | changes))


def status_quo(acts: dict[str, Any], **options: Any) -> Policy:
    return compile_policy(sheet_of(acts), WORLD, "status-quo", **options)


DST = {"kind": "services-tax", "by": "JPN", "on": "world", "products": "S", "rate": "3%", "coverage": "40%"}


def test_a_services_tax_grosses_up_prices() -> None:
    """q = 3 % on m = 40 % of receipts: 1 / (1 - 0.012), at home only where the act says so."""
    policy, both = status_quo({"dst": DST}), status_quo({"dst": DST | {"own_suppliers": True}})
    abroad, home = cell(WORLD, "JPN", "USA", "S"), cell(WORLD, "JPN", "JPN", "S")
    assert float(policy.wedges.tau[abroad]) == pytest.approx(1 / 0.988, rel=1e-15)
    assert float(policy.wedges.price_hat[abroad]) == pytest.approx(1 / 0.988, rel=1e-15)
    assert float(policy.wedges.tau[home]) == 1.0
    assert float(both.wedges.tau[home]) == pytest.approx(1 / 0.988, rel=1e-15)
    assert both.services_tax[home] == pytest.approx(0.012, rel=1e-15)
    assert not both.tariff[home]
    assert np.count_nonzero(both.services_tax) == 4


def test_taxes_on_the_same_receipts_add_up_and_an_issue_takes_one_away() -> None:
    more = DST | {"rate": "2%", "coverage": "100%"}
    policy = status_quo({"dst": DST, "more": more})
    at = cell(WORLD, "JPN", "USA", "S")
    assert float(policy.wedges.tau[at]) == pytest.approx(1 / (1 - 0.012 - 0.02), rel=1e-15)
    issue = {k: v for k, v in DST.items() if k != "rate"} | {"range": ["0%", "3%"], "lifts": "dst"}
    deals = compile_deals(sheet_of({"dst": DST, "more": more}, {"tax": issue}), WORLD)
    assert float(deals.wedges(np.array([0.01])).tau[at]) == pytest.approx(1 / (1 - 0.004 - 0.02), rel=1e-15)
    assert float(deals.wedges(np.array([0.0])).tau[at]) == pytest.approx(1 / 0.98, rel=1e-15)


def test_a_tax_and_a_duty_in_one_cell_multiply() -> None:
    duty = {"kind": "tariff", "by": "JPN", "on": "USA", "products": "S", "rate": "10%"}
    policy = status_quo({"dst": DST, "duty": duty})
    at = cell(WORLD, "JPN", "USA", "S")
    assert float(policy.wedges.tau[at]) == pytest.approx(1.1 / 0.988, rel=1e-15)
    assert policy.tariff[at] == pytest.approx(0.1, rel=1e-14)


def test_a_production_subsidy_is_paid_on_all_sales_and_an_export_subsidy_abroad() -> None:
    make = {"kind": "subsidy", "by": "USA", "products": "C29", "rate": "2%", "pays": "production", "coverage": "50%"}
    sell = {"kind": "subsidy", "by": "USA", "on": ["JPN", "MEX"], "products": "A01", "rate": "4%", "pays": "exports"}
    subsidy = np.asarray(status_quo({"make": make, "sell": sell}).wedges.subsidy)
    usa = WORLD.region_index("USA")
    expected = np.zeros(WORLD.flows.shape)
    expected[:, usa, WORLD.sector_index("C29")] = 0.01
    expected[[1, 2], usa, WORLD.sector_index("A01")] = 0.04
    assert np.abs(subsidy - expected).max() < 1e-16


def test_an_export_tax_on_product_lines_counts_with_their_share() -> None:
    """Cars are 400 of the 500 that Japan sells to the United States in C29; the tax is on sales at basic price."""
    tax = {"kind": "export-tax", "by": "JPN", "on": "USA", "products": "hs:8703", "rate": "8%"}
    issue = tax | {"range": ["0%", "10%"]}
    issue.pop("rate")
    at = cell(WORLD, "USA", "JPN", "C29")
    assert float(status_quo({"tax": tax}).wedges.subsidy[at]) == pytest.approx(-0.064, rel=1e-14)
    deals = compile_deals(sheet_of({}, {"tax": issue}), WORLD)
    assert float(deals.wedges(np.array([0.04])).subsidy[at]) == pytest.approx(-0.032, rel=1e-14)


def test_a_production_subsidy_on_lines_that_are_not_known_is_refused() -> None:
    make = {"kind": "subsidy", "by": "USA", "products": "hs:1006", "rate": "2%", "pays": "production"}
    with pytest.raises(SheetError, match="state 'coverage'"):
        status_quo({"make": make})


def test_a_commitment_is_a_transfer_a_year() -> None:
    """500 bn over 5 years at a grant equivalent of 2 %: 2 bn a year; of a group by value added."""
    act = {
        "kind": "commitment", "by": "JPN", "on": "USA", "amount": "500 bn USD", "years": 5, "grant_equivalent": "2%",
    }  # fmt: skip
    policy = status_quo({"inv": act})
    assert policy.transfer.tolist() == pytest.approx([2000.0, -2000.0, 0.0, 0.0])
    assert np.asarray(policy.wedges.transfer).tolist() == policy.transfer.tolist()
    both = status_quo({"inv": act | {"by": "PAIR"}}).transfer
    size = np.asarray(WORLD.baseline.value_added).sum(axis=1)
    assert both[1] == pytest.approx(-2000 * size[1] / (size[1] + size[2]))
    assert both.sum() == pytest.approx(0.0, abs=1e-9)
    issue = {k: v for k, v in act.items() if k != "amount"} | {"range": ["0 bn USD", "600 bn USD"]}
    deals = compile_deals(sheet_of({}, {"inv": issue}), WORLD)
    assert float(deals.wedges(np.array([300e3])).transfer[0]) == pytest.approx(1200.0)


BARRIER = {"kind": "ntb", "by": "JPN", "on": "USA", "products": "C29", "base": "20%", "reduction": "10 pp"}


@pytest.mark.parametrize(("to", "kept"), [("importer", 1.0), ("exporter", 0.0)])
def test_a_barrier_with_rents(to: str, kept: float) -> None:
    """d = (1.1 / 1.2)^0.7, r = (1.1 / 1.2)^0.3; the duty stays what it was."""
    wedges = status_quo({"bar": BARRIER | {"rent_share": "30%", "rents_to": to}}).wedges
    at = cell(WORLD, "JPN", "USA", "C29")
    assert float(wedges.trade_cost[at]) == pytest.approx((1.1 / 1.2) ** 0.7, rel=1e-14)
    assert float(wedges.rent[at]) == pytest.approx((1.1 / 1.2) ** 0.3, rel=1e-14)
    assert float(wedges.rent_to_importer[at]) == kept
    assert float(wedges.price_hat[at]) == pytest.approx(1.0, rel=1e-14)
    assert float(wedges.tau[at]) == pytest.approx(1.03, rel=1e-14)


def test_rents_of_one_cell_to_two_sides_are_refused() -> None:
    acts = {"a": BARRIER | {"rent_share": "30%"}, "b": BARRIER | {"rent_share": "30%", "rents_to": "exporter"}}
    with pytest.raises(SheetError, match="a and b give the rents of the same cell to two sides"):
        status_quo(acts)


@pytest.mark.parametrize("eta", [1.0, 2.0, 3.5])
def test_all_that_a_line_can_bear_by_brute_force(eta: float) -> None:
    """Duties, waste and rents on some lines of a cell: what buyers, treasury, licence holders and producers get."""
    acts = {
        "autos": MEASURES["s232-autos"],
        "bar": BARRIER | {"by": "USA", "on": "JPN", "products": "hs:8703", "reduction": "15 pp", "rent_share": "40%"},
    }
    wedges = status_quo(acts, eta=eta).wedges
    at = cell(WORLD, "USA", "JPN", "C29")
    rows = [row for row in ROWS if row[0] == "JPN" and row[2] == "C29"]
    value, tau0 = np.array([row[3] for row in rows]), 1 + np.array([row[4] for row in rows])
    tau = tau0 + np.array([0.25, 0.25, 0.25, 0.0])
    barrier = np.where([row[1].startswith("8703") for row in rows], 1.05 / 1.2, 1.0)
    rent, waste = barrier**0.4, barrier**0.6
    share = value * tau0 / (value * tau0).sum()
    ratio = tau * barrier / tau0
    log = eta == 1.0
    phi = np.exp(share @ np.log(ratio)) if log else (share @ ratio ** (1 - eta)) ** (1 / (1 - eta))
    d = np.exp(share @ np.log(waste)) if log else (share @ waste ** (1 - eta)) ** (1 / (1 - eta))
    spent = share * (ratio / phi) ** (1 - eta)
    felt = wedges.price_hat[at] * wedges.trade_cost[at] * wedges.rent[at]
    assert float(felt) == pytest.approx(phi, rel=1e-13)
    assert float(wedges.trade_cost[at]) == pytest.approx(d, rel=1e-13)
    duty = (spent * (tau - 1) / tau).sum()
    licence = (spent * (rent - 1) / (tau * rent)).sum()
    producer = (spent / (tau * rent)).sum()
    assert float(1 - 1 / wedges.tau[at]) == pytest.approx(duty, rel=1e-12)
    assert float((wedges.rent[at] - 1) / (wedges.rent[at] * wedges.tau[at])) == pytest.approx(licence, rel=1e-12)
    assert float(1 / (wedges.tau[at] * wedges.rent[at])) == pytest.approx(producer, rel=1e-12)
    assert duty + licence + producer == pytest.approx(1.0)


CONTENT = {
    "kind": "tariff", "by": "USA", "on": "ROW", "products": "C29", "rate": "50%", "content": "20%",
}  # fmt: skip


def test_content_taxes_a_share_of_each_good() -> None:
    """Normal 3 %: 0.2 x 53 % + 0.8 x 3 % = 13 %, on every good alike, so price and revenue agree."""
    policy = status_quo({"content": CONTENT})
    at = cell(WORLD, "USA", "ROW", "C29")
    assert policy.tariff[at] == pytest.approx(0.13, abs=1e-15)
    assert policy.tariff_price[at] == pytest.approx(1.13 / 1.03, rel=1e-14)


def test_on_the_rest_the_act_on_content_is_as_if_it_were_not_there() -> None:
    """The reciprocal 10 % is due on what is not content: 0.2 x 53 % + 0.8 x 13 % = 21 %; on 40 % of the goods only."""
    general = {"kind": "tariff", "by": "USA", "on": "ROW", "products": "C29", "rate": "10%", "except": "content"}
    policy = status_quo({"content": CONTENT, "general": general})
    assert policy.tariff[cell(WORLD, "USA", "ROW", "C29")] == pytest.approx(0.21, abs=1e-15)
    part = status_quo({"content": CONTENT | {"coverage": "40%"}, "general": general})
    price = 1 / (0.4 * 1.03 / 1.21 + 0.6 * 1.03 / 1.13)
    assert part.tariff_price[cell(WORLD, "USA", "ROW", "C29")] == pytest.approx(price, rel=1e-14)


def test_content_moves_with_a_deal() -> None:
    issue = {k: v for k, v in CONTENT.items() if k != "rate"} | {"range": ["0%", "50%"], "stacking": "add"}
    deals = compile_deals(sheet_of({}, {"content": issue}), WORLD)
    at = cell(WORLD, "USA", "ROW", "C29")
    for rate in (0.0, 0.3):
        assert float(deals.wedges(np.array([rate])).tau[at]) == pytest.approx(1.03 + 0.2 * rate, rel=1e-14)


PREFERENCE = {
    "kind": "tariff", "by": "JPN", "on": "USA", "products": "C29", "rate": "0%", "stacking": "replace",
    "utilisation": "80%", "origin_cost": "1%",
}  # fmt: skip


def test_a_preference_is_used_by_a_share_that_pays_for_it() -> None:
    """80 % pay no duty and 1 % for origin, 20 % pay 3 %: eta = 2."""
    policy = status_quo({"fta": PREFERENCE})
    at = cell(WORLD, "JPN", "USA", "C29")
    felt = 1 / (0.8 * 1.03 / 1.01 + 0.2)
    assert policy.tariff_price[at] * policy.trade_cost[at] == pytest.approx(felt, rel=1e-14)
    waste = 1 / (0.8 / 1.01 + 0.2)
    assert policy.trade_cost[at] == pytest.approx(waste, rel=1e-14)
    used = 0.8 * 1.03 / 1.01 * felt
    assert policy.tariff[at] == pytest.approx(1 / (used / 1.0 + (1 - used) / 1.03) - 1, rel=1e-12)


def test_a_preference_that_saves_less_than_it_costs_is_not_used() -> None:
    policy = status_quo({"fta": PREFERENCE | {"rate": "2.5%"}})  # saves 0.5 points, costs 1
    at = cell(WORLD, "JPN", "USA", "C29")
    assert policy.trade_cost[at] == 1.0
    assert policy.tariff[at] == pytest.approx(0.03, abs=1e-15)
    issue = {k: v for k, v in PREFERENCE.items() if k != "rate"} | {"range": ["0%", "3%"]}
    deals = compile_deals(sheet_of({}, {"fta": issue}), WORLD)
    at_three, at_none = deals.wedges(np.array([0.03])), deals.wedges(np.array([0.0]))
    assert float(at_three.price_hat[at] * at_three.trade_cost[at]) == pytest.approx(1.0, rel=1e-14)
    whole = status_quo({"fta": PREFERENCE}).wedges
    assert float(at_none.price_hat[at]) == pytest.approx(float(whole.price_hat[at]), rel=1e-13)


def test_what_is_given_to_all_takes_no_preference_away() -> None:
    """Beef into the United States: Japan's 26.4 % becomes 10 %, Mexico's tomatoes keep their 2 %, others 3 %."""
    act = {"kind": "tariff", "by": "USA", "on": "JPN", "products": "A01", "rate": "10%", "stacking": "replace"}
    alone, everybody = status_quo({"mfn": act}), status_quo({"mfn": act | {"mfn": True}})
    assert everybody.tariff[cell(WORLD, "USA", "JPN", "A01")] == pytest.approx(0.10, abs=1e-15)
    assert everybody.tariff[cell(WORLD, "USA", "MEX", "A01")] == pytest.approx(0.02, abs=1e-15)
    low = status_quo({"mfn": act | {"mfn": True, "rate": "1%"}})
    assert low.tariff[cell(WORLD, "USA", "MEX", "A01")] == pytest.approx(0.01, abs=1e-15)
    assert low.tariff[cell(WORLD, "USA", "ROW", "A01")] == pytest.approx(0.01, abs=1e-15)
    assert alone.tariff[cell(WORLD, "USA", "ROW", "A01")] == 0.03
    cut = act | {"mfn": True, "stacking": "cut", "rate": "50%"}
    assert status_quo({"mfn": cut}).tariff[cell(WORLD, "USA", "MEX", "A01")] == pytest.approx(0.01, abs=1e-15)


def test_a_ceiling_moves_with_a_deal() -> None:
    issue = {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "A01", "stacking": "replace", "mfn": True,
        "range": ["0%", "26.4%"],
    }  # fmt: skip
    deals = compile_deals(sheet_of({}, {"beef": issue}), WORLD)
    for rate in (0.01, 0.025, 0.10):
        tau = deals.wedges(np.array([rate])).tau
        assert float(tau[cell(WORLD, "USA", "JPN", "A01")]) == pytest.approx(1 + rate, rel=1e-14)
        assert float(tau[cell(WORLD, "USA", "MEX", "A01")]) == pytest.approx(1 + min(0.02, rate), rel=1e-14)
        assert float(tau[cell(WORLD, "USA", "ROW", "A01")]) == pytest.approx(1 + min(0.03, rate), rel=1e-14)


def test_staged_rates_and_gate_prices_by_date() -> None:
    acts = {
        "beef": {
            "kind": "tariff", "by": "JPN", "on": "USA", "products": "A01", "stacking": "replace", "from": "2020-01-01",
            "staging": {"base": "38.5%", "rates": {2024: "22.5%", 2025: "21.6%", 2033: "9%"}, "year_starts": "04-01"},
        },
        "pork": {
            "kind": "gate-price", "by": "JPN", "on": "MEX", "products": "A01", "gate": "524 yen/kg",
            "price": "500 yen/kg", "cap": "62 yen/kg", "above": "0.7%", "until": "2026-03-31",
        },
    }  # fmt: skip
    sheet = sheet_of(acts)

    def rates(on: date | None) -> tuple[float, float]:
        tariff = compile_policy(sheet, WORLD, "status-quo", on=on).tariff
        return float(tariff[cell(WORLD, "JPN", "USA", "A01")]), float(tariff[cell(WORLD, "JPN", "MEX", "A01")])

    pork = (524 * 1.007 - 500) / 500
    assert rates(None) == pytest.approx((0.216, pork), abs=1e-14)
    assert rates(date(2025, 3, 31)) == pytest.approx((0.225, pork), abs=1e-14)
    assert rates(date(2033, 4, 1)) == pytest.approx((0.09, 0.03), abs=1e-14)
    assert rates(date(2019, 12, 31)) == pytest.approx((0.03, pork), abs=1e-14)
