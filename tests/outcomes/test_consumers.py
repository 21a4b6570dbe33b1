"""Prices and choice for consumers, by hand and against the equilibrium they come from."""

from __future__ import annotations

import numpy as np
import pytest
from tests.instruments.small_world import SECTORS, small_world

import dealspace as ds
from dealspace.errors import DealspaceError
from dealspace.outcomes.consumers import (
    NOT_SHOWN,
    consumer_prices,
    cost_of_living,
    counted_origins,
    equal_origins,
    product_choice,
)
from dealspace.outcomes.products import load_market, product_effects


@pytest.fixture(scope="module")
def eq():
    world = small_world(lines=False)
    return ds.solve(world, ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.5, ("USA", "MEX", "C29"): 0.5}))


def test_choice_by_hand() -> None:
    assert equal_origins(np.array([25.0, 25.0, 25.0, 25.0])) == pytest.approx(4.0)
    assert equal_origins(np.array([80.0, 20.0])) == pytest.approx(1 / 0.68)
    assert counted_origins(np.array([99.0, 0.99, 0.01])) == 1
    assert counted_origins(np.array([98.0, 1.0, 1.0])) == 3
    assert equal_origins(np.zeros(3)) == 0.0


def test_each_sector_alone_is_the_equilibriums_own_price(eq) -> None:
    table = consumer_prices(eq, "USA", {sector: (sector,) for sector in SECTORS})
    price = 1 + np.array(table["price over home index (%)"]) / 100
    np.testing.assert_allclose(price, eq.sector_price.sel(region="USA").values, rtol=1e-12)
    # The shares of consumption weigh the sectors to the index itself.
    weight = np.array(table["share of consumption (%)"]) / 100
    assert weight.sum() == pytest.approx(1.0)
    assert weight @ np.log(price) == pytest.approx(0.0, abs=1e-12)
    over_wage = 1 + np.array(table["price over home wage (%)"]) / 100
    np.testing.assert_allclose(over_wage / price, float(eq.consumer_price.sel(region="USA")), rtol=1e-12)


def test_a_group_is_the_weighted_mean_of_its_sectors(eq) -> None:
    alone = consumer_prices(eq, "USA", {sector: (sector,) for sector in SECTORS})
    both = consumer_prices(eq, "USA", {"goods": ("A01", "C29")})
    log = np.log(1 + np.array(alone["price over home index (%)"]) / 100)
    weight = np.array(alone["share of consumption (%)"])
    at = [SECTORS.index("A01"), SECTORS.index("C29")]
    hand = 100 * np.expm1(weight[at] @ log[at] / weight[at].sum())
    assert both["price over home index (%)"][0] == pytest.approx(hand, rel=1e-10)
    assert both["share of consumption (%)"][0] == pytest.approx(weight[at].sum())


def test_a_duty_narrows_the_choice(eq) -> None:
    cars = consumer_prices(eq, "USA", {"Cars": ("C29",)}).row(0, named=True)
    assert cars["price over home index (%)"] > 0
    assert cars["imported after (%)"] < cars["imported before (%)"]
    assert cars["equal origins after"] < cars["equal origins before"]
    world, j = eq.world, SECTORS.index("C29")
    spending = world.flows[0, :, j] * (1 + world.tariff[0, :, j])
    assert cars["imported before (%)"] == pytest.approx(100 * (1 - spending[0] / spending.sum()))


def test_groups_of_the_benchmark_hold_every_sector_once() -> None:
    world = ds.load_world("world-2022")
    still = ds.solve(world)
    table = consumer_prices(still, "JPN")
    named = [sector for text in table["sectors"] for sector in text.split(", ")]
    assert sorted(named) == sorted(world.sectors)
    assert table["share of consumption (%)"].sum() == pytest.approx(100.0)
    assert max(abs(value) for value in table["price over home wage (%)"]) < 1e-7
    wine = product_choice(product_effects(still, load_market("wine", world)))
    assert wine["origins before"] == wine["origins after"] == 7
    assert wine["equal origins before"] == pytest.approx(wine["equal origins after"])


def test_cost_of_living_needs_shares(eq) -> None:
    assert cost_of_living(eq, "USA").table is None
    assert cost_of_living(eq, "USA").reason == NOT_SHOWN


def test_cost_of_living_by_hand(eq) -> None:
    shares = {"poor": {"C29": 0.5, "S": 0.5}, "rich": {"S": 1.0}}
    table = cost_of_living(eq, "USA", shares, "a test").table
    assert table is not None
    price = eq.sector_price.sel(region="USA")
    cars, services = float(price.sel(sector="C29")), float(price.sel(sector="S"))
    hand = [100 * (np.sqrt(cars * services) - 1), 100 * (services - 1)]
    assert table["cost over home index (%)"].to_list() == pytest.approx(hand)
    assert table["cost over home index (%)"][0] > table["cost over home index (%)"][1]


def test_what_is_no_share_or_group_is_refused(eq) -> None:
    with pytest.raises(DealspaceError) as error:
        cost_of_living(eq, "USA", {"poor": {"C28": 0.7}, "rich": {"S": -0.2, "C29": 1.2}})
    text = str(error.value)
    assert "source: is missing" in text
    assert "shares.poor: has no sector 'C28'; did you mean" in text
    assert "shares.poor: adds to 0.7" in text
    assert "shares.rich: holds -0.2; shares are not negative" in text
    with pytest.raises(DealspaceError, match=r"groups.b: holds C29, as another group does"):
        consumer_prices(eq, "USA", {"a": ("C29",), "b": ("C29",)})
