"""Products under the case's sheet: duties by line, and the US share of the rice quota."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import dealspace as ds
from dealspace.outcomes import products as op


@pytest.fixture(scope="module")
def case():
    sheet, world = ds.load_sheet("us-japan-2025"), ds.load_world("world-2022")
    return sheet, ds.solve(world, sheet.policy("no-deal", world)), ds.solve(world, sheet.policy("framework", world))


def of_one_origin(market: op.Market, origin: str) -> op.Market:
    """The market with one foreign origin."""
    at = [market.at(origin)]
    arrays = {name: getattr(market, name)[at] for name in ("quantity", "border", "tau", "specific")}
    return market.with_(origins=(origin,), **arrays)


def test_duties_come_from_the_lines(case) -> None:
    sheet, no_deal, _ = case
    cars = of_one_origin(op.market_from_lines(no_deal.world, "USA", "8703", home_share=0.0), "JPN")
    # 2.5 % on cars and 25 points of section 232; a few other vehicles under 8703 pay nothing of the 2.5.
    assert op.rates_under(sheet, no_deal, "no-deal", cars)["JPN"] == pytest.approx(0.275, abs=5e-4)
    pickups = of_one_origin(op.market_from_lines(no_deal.world, "USA", "8704.31", home_share=0.0), "JPN")
    assert op.rates_under(sheet, no_deal, "no-deal", pickups)["JPN"] == pytest.approx(0.50, abs=5e-3)


def test_what_is_left_alone_keeps_its_duty(case) -> None:
    sheet, no_deal, _ = case
    beef = op.load_market("beef", no_deal.world)
    rates = op.rates_under(sheet, no_deal, "no-deal", beef)
    assert set(rates) <= {"USA", "AUS"}
    for name, rate in rates.items():
        assert rate == pytest.approx(0.216, abs=1e-6), name
    assert "others" not in rates


def test_the_offer_moves_the_us_share_of_rice(case) -> None:
    sheet, no_deal, framework = case
    asked = float(sheet.offers["framework"].values["jp-rice-share"])
    before = op.effects_under(no_deal, sheet, "no-deal", "rice")["rice"]
    after = op.effects_under(framework, sheet, "framework", "rice")["rice"]
    usa = after.market.at("USA")
    # The sheet gives shares, so each origin keeps its own without a deal; what the US gains the others lose alike.
    assert [quota.volume for quota in before.after.quotas] == pytest.approx([346, 286, 70, 42, 23])
    assert before.quantity[usa] == pytest.approx(346, rel=1e-6)
    left = (767 - asked) / (767 - 346)
    assert [quota.volume for quota in after.after.quotas] == pytest.approx(
        [asked, 286 * left, 70 * left, 42 * left, 23 * left]
    )
    assert after.quantity[usa] == pytest.approx(asked, rel=1e-6)
    assert next(iter(after.displaced)) == "THA"
    np.testing.assert_allclose(after.quantity[~after.market.home].sum(), 767.0, rtol=1e-6)
    assert after.product_price_hat < before.product_price_hat


def test_the_table_takes_the_sheet(case) -> None:
    sheet, _, framework = case
    table = op.products(framework, "rice", sheet=sheet, policy="framework")
    usa = table.filter(table["origin"] == "USA")
    assert usa["quantity after"][0] == pytest.approx(float(sheet.offers["framework"].values["jp-rice-share"]), rel=1e-6)
    with pytest.raises(ds.DealspaceError, match="give rates, or a sheet and its policy, not both"):
        op.products(framework, "rice", {"rice": {}}, sheet=sheet)


def test_a_small_market_keeps_its_quota_whole(case) -> None:
    sheet, no_deal, _ = case
    table_rice = op.load_market("table-rice-2025", no_deal.world)  # 100 kt of the 770: 346 kt of US rice do not fit
    assert op.quotas_under(sheet, "no-deal", table_rice) == table_rice.quotas


def test_a_subsidy_on_rice_is_one_on_rice(case) -> None:
    sheet, no_deal, _ = case
    world = no_deal.world
    plain = op.effects_under(ds.solve(world, sheet.policy("status-quo", world)), sheet, "status-quo", "rice")["rice"]
    solved = ds.solve(world, sheet.policy("us-rice-support", world))
    paid = op.effects_under(solved, sheet, "us-rice-support", ["rice", "wheat"])
    usa = plain.market.at("USA")
    border = paid["rice"].cleared.border[usa] / plain.cleared.border[usa]
    assert border == pytest.approx(0.9, abs=2e-4)  # 10 % of it, and hardly a change of US costs
    # The quota binds: buyers pay what they paid, and the state trader takes the subsidy, 10 % of 346 kt.
    assert paid["rice"].cleared.price[usa] == pytest.approx(plain.cleared.price[usa], rel=5e-4)
    subsidy = 0.1 * plain.money.receipts[usa]
    assert paid["rice"].money.markup[usa] - plain.money.markup[usa] == pytest.approx(subsidy, rel=0.01)
    barriers, subsidies = op.wedges_under(sheet, solved, "us-rice-support", paid["wheat"].market)
    assert subsidies["USA"] == 0.0
    assert barriers["USA"] == 1.0
    assert op.wedges_under(sheet, no_deal, "no-deal", paid["rice"].market) == ({}, {})


def test_each_quota_of_a_market_keeps_its_own_shares(case) -> None:
    sheet, no_deal, _ = case
    rice = op.load_market("rice", no_deal.world)
    (whole,) = rice.quotas
    north = dataclasses.replace(whole, name="north", origins=("USA", "THA"), volume=640.0)
    south = dataclasses.replace(whole, name="south", origins=("AUS", "CHN", "others"), volume=135.0)
    found = {quota.name: quota for quota in op.quotas_under(sheet, "framework", rice.with_(quotas=(north, south)))}
    asked = float(sheet.offers["framework"].values["jp-rice-share"])
    # 640 - 605.5 are left to Thailand of 640 - 346; what moves in one quota is no matter of the other.
    volumes = {"north, USA": asked, "north, THA": 286 * (640 - asked) / (640 - 346)}
    volumes |= {"south, AUS": 70.0, "south, CHN": 42.0, "south, others": 23.0}
    assert {name: quota.volume for name, quota in found.items()} == pytest.approx(volumes)
