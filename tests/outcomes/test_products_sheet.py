"""Products under the case's sheet: duties by line, and the US share of the rice quota."""

from __future__ import annotations

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
    assert len(before.after.quotas) == 1
    assert [quota.volume for quota in after.after.quotas] == pytest.approx([asked, 767 - asked])
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
