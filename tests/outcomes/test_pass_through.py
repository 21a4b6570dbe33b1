"""Prices per point of duty, and the table of quotas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import dealspace as ds
from dealspace.core.closure import Specific
from dealspace.instruments.quota import Quota
from engine import bridge
from engine.economies import economy
from properties.test_closed_forms import foreign, one_sector
from properties.test_instruments import CELL, duty_case, solved, with_quota
from rival.model import calibrate

THETA, RATE, HOME = 5.0, 0.4, 0.7


def test_between_equals_buyers_bear_the_duty_whole():
    # Wages stay equal: the border price does not move, the duty-paid price rises by the duty.
    world = economy(one_sector([[HOME, 1 - HOME], [1 - HOME, HOME]], THETA))
    prices = solved(world, tariff=RATE * foreign(world)).pass_through
    assert float(prices.duty[0, 1, 0]) == pytest.approx(40.0)
    assert float(prices.border_price[0, 1, 0]) == pytest.approx(0.0, abs=1e-9)
    assert float(prices.buyer_price[0, 1, 0]) == pytest.approx(40.0, rel=1e-9)
    assert float(prices.buyer_price_per_point[0, 1, 0]) == pytest.approx(1.0, rel=1e-9)
    assert float(prices.borne_by_buyers[0, 1, 0]) == pytest.approx(1.0, rel=1e-9)
    consumer = 100 * ((HOME + (1 - HOME) * (1 + RATE) ** -THETA) ** (-1 / THETA) - 1)
    assert float(prices.consumer_price[0, 0]) == pytest.approx(consumer, rel=1e-9)
    # The mean duty over what was bought is 0.3 x 40 points.
    assert float(prices.consumer_price_per_point[0, 0]) == pytest.approx(consumer / 12, rel=1e-9)
    assert np.isnan(float(prices.borne_by_buyers[0, 0, 0]))  # own goods pay none


def test_stuck_capital_makes_sellers_bear_more():
    world = ds.load_world("world-2022")
    policy = ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275})
    cell = {"importer": "USA", "exporter": "JPN", "sector": "C29"}
    borne = [
        float(ds.solve(world, policy, labour=labour).pass_through.borne_by_buyers.sel(cell))
        for labour in ("mobile", Specific(labour_share=0.6))
    ]
    assert 0.5 < borne[1] < borne[0] < 1.0
    border = ds.solve(world, policy, labour="specific").pass_through.border_price_per_point.sel(cell)
    assert float(border) < 0


def test_a_premium_is_felt_as_a_duty_and_paid_abroad_only_where_its_rent_leaves():
    world, base, _, volume = duty_case(0.4)
    kept, left = (
        bridge.solve(world, with_quota(base, volume, 1.0, np.exp(20.0), share)).pass_through for share in (1.0, 0.0)
    )
    assert float(kept.duty[CELL]) == pytest.approx(40.0, rel=1e-8)
    assert float(kept.border_price[CELL]) < 1.0
    assert float(left.border_price[CELL]) > 30.0
    assert float(left.buyer_price[CELL]) == pytest.approx(float(left.border_price[CELL]), rel=1e-9)


def test_the_table_of_quotas():
    world, base, duty, volume = duty_case(0.4)
    eq = bridge.solve(world, with_quota(base, volume, 1.1, np.exp(20.0), 0.25))
    table = eq.quotas
    value = float(eq.flows.to_numpy()[CELL])
    premium = float(table.premium[0])
    assert float(table.filled[0]) == pytest.approx(1.0, abs=1e-9)
    assert float(table.limit[0]) == pytest.approx(volume)
    assert float(table.rent[0]) == pytest.approx(premium * value, rel=1e-9)
    assert float(table.rent_to_importer[0]) == pytest.approx(0.25 * premium * value, rel=1e-9)
    assert eq.rents.to_numpy()[:2] == pytest.approx([0.25 * premium * value, 0.75 * premium * value], rel=1e-9)
    assert float(eq.tariff_revenue[0]) == pytest.approx(0.1 * (1 + premium) * value, rel=1e-9)
    assert duty.quotas.sizes["quota"] == 0


def test_a_part_of_a_cell_under_quota_leaves_the_rest_alone():
    world, base, _, _ = duty_case(0.4)
    eq = bridge.solve(world, with_quota(base, 0.3 * base.flows[CELL], 1.0, np.exp(20.0), 1.0, share=0.5))
    # Buyers turn to the other half within the cell: eta 2 between the lines.
    premium = float(eq.quotas.premium[0])
    rest = float(eq.flow_volume.to_numpy()[CELL]) - 0.3 * base.flows[CELL]
    assert rest / (0.3 * base.flows[CELL]) == pytest.approx((1 + premium) ** 2, rel=1e-8)


def test_quotas_have_the_names_of_the_policy():
    world = economy(one_sector([[80.0, 20.0], [20.0, 130.0]], 4.0))
    plan = ds.Policy(world, quotas=[Quota("R1", "R2", "S1", ratio=0.5, name="half")])
    table = ds.solve(world, plan).quotas
    assert list(table.quota.values) == ["half"]
    assert float(table.limit.sel(quota="half")) == pytest.approx(10.0)
    assert table.status.sel(quota="half").item() == "binding"


def test_shares_of_countries_are_quotas_of_their_own():
    data = one_sector([[80.0, 10.0, 10.0], [10.0, 60.0, 5.0], [10.0, 5.0, 60.0]], 4.0)
    world, base = economy(data), calibrate(*data)
    one, other = with_quota(base, 5.0, 1.0, np.exp(20.0), 1.0), with_quota(base, 9.0, 1.0, np.exp(20.0), 1.0)
    second = other.lines[0]._replace(cell=(0, 2, 0), quota=1)
    eq = bridge.solve(world, replace(one, lines=(*one.lines, second), limits=(5.0, 9.0)))
    assert eq.quotas.volume.to_numpy() == pytest.approx([5.0, 9.0], rel=1e-9)
    assert float(eq.quotas.premium[0]) > float(eq.quotas.premium[1]) > 0


def test_a_limit_keeps_its_relation_to_the_trade_of_a_balanced_base():
    # As much as came in at the duty that was paid: nothing moves, whatever the closure of the deficits.
    world = ds.load_world("world-2022")
    for closure in ("fixed", "balanced", "proportional"):
        policy = ds.Policy(world, quotas=[Quota("JPN", "USA", "A01_02", ratio=1.0, out_rate=5.0)])
        eq = ds.solve(world, policy, deficits=closure)
        assert float(eq.quotas.filled[0]) == pytest.approx(1.0, abs=1e-9), closure
        assert float(abs(eq.real_income - 1).max()) < 1e-10, closure
