"""Products by origin under an equilibrium: adding up, built-in markets, rice in its three regimes, tables."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.instruments.small_world import small_world

import dealspace as ds
from dealspace.errors import DealspaceError
from dealspace.outcomes import products as op
from dealspace.outcomes.products import Market, country_shares, load_market, market_from_lines, product_effects

YEN = 108.8  # a dollar, in the market of rice at prices of FY2016


@pytest.fixture(scope="module")
def world():
    return ds.load_world("world-2022")


@pytest.fixture(scope="module")
def still(world):
    return ds.solve(world)


@pytest.fixture(scope="module")
def cars(world):
    return ds.solve(world, ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275}, name="cars"))


def whole_sector(world, importer: str, sector: str) -> Market:
    """The product that is its whole sector, with the sector's own elasticity."""
    n, j = world.region_index(importer), world.sector_index(sector)
    sigma = 1.0 + float(world.trade_elasticity[j])
    return Market(
        name="whole", importer=importer, sector=sector, hs=(), origins=world.regions, quantity=world.flows[n, :, j],
        border=np.ones(len(world.regions)), tau=1.0 + world.tariff[n, :, j], specific=np.zeros(len(world.regions)),
        sigma=sigma, sigma_home=sigma, upper=0.7,
    )  # fmt: skip


def test_a_product_that_is_its_sector_adds_up_exactly() -> None:
    world = small_world(lines=False)
    policy = ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.25}, trade_cost={("USA", "MEX", "C29"): 1.1})
    eq = ds.solve(world, policy)
    found = product_effects(eq, whole_sector(world, "USA", "C29"))
    spending = np.asarray(eq.solution.spending)[0, :, world.sector_index("C29")]
    np.testing.assert_allclose(found.money.spending, spending, rtol=1e-8)
    np.testing.assert_allclose(found.residual, 0.0, atol=1e-6)
    sales = np.asarray(eq.solution.sales)[0, :, world.sector_index("C29")]
    np.testing.assert_allclose(found.money.receipts, sales, rtol=1e-8)
    given = product_effects(eq, whole_sector(world, "USA", "C29"), {"JPN": 0.25})
    np.testing.assert_allclose(given.money.spending, spending, rtol=1e-8)


def test_every_market_stands_still_without_a_policy(still) -> None:
    for name in op.list_markets():
        found = product_effects(still, load_market(name, still.world))
        np.testing.assert_allclose(found.quantity, found.market.quantity, rtol=1e-9, err_msg=name)
        assert abs(found.gap) < 1e-9, name
        assert abs(found.product_price_hat - 1) < 1e-9, name


def test_every_assumption_of_a_market_says_so(world) -> None:
    for name in op.list_markets():
        sources = load_market(name, world).sources
        assert {each.status for each in sources} <= {"seen", "derived", "assumption"}, name
        assert any("elasticit" in each.about for each in sources), name
        assert all(
            each.source for each in sources if each.status == "seen" and each.about != "elasticity between origins"
        )


def test_beef_by_hand(world, still) -> None:
    beef = load_market("beef", world)
    found = product_effects(still, beef, {"USA": 0.09})
    o = beef.at("USA")
    p = 1.09 / 1.216
    assert found.price_hat[o] == pytest.approx(p, rel=1e-9)
    abroad = ~beef.home
    share = beef.spending[abroad] / beef.spending[abroad].sum()
    price = np.where(np.array(beef.origins)[abroad] == "USA", p, 1.0)
    imports = (share @ price ** (1 - beef.sigma)) ** (1 / (1 - beef.sigma))
    h = beef.spending[beef.home].sum() / beef.spending.sum()
    total = (h + (1 - h) * imports ** (1 - beef.sigma_home)) ** (1 / (1 - beef.sigma_home))
    assert found.product_price_hat == pytest.approx(total, rel=1e-9)
    hand = total**-0.8 * (imports / total) ** -beef.sigma_home * (p / imports) ** -beef.sigma
    assert found.quantity[o] / beef.quantity[o] == pytest.approx(hand, rel=1e-9)
    assert next(iter(found.displaced)) == "AUS"
    assert list(found.displaced)[-1] == "USA"
    assert found.before.duty[o] == pytest.approx(0.216 * 1870.0, rel=1e-6)
    assert found.money.duty[o] == pytest.approx(0.09 * 1870.0 * hand, rel=1e-6)


def test_cars_agree_with_the_sector(cars) -> None:
    market = load_market("us-cars", cars.world)
    assert market.tau[market.at("JPN")] - 1 == pytest.approx(0.025, abs=2e-4)
    assert market.quantity[market.at("JPN")] == pytest.approx(41_904, rel=1e-3)
    assert market.spending[market.home][0] / market.spending.sum() == pytest.approx(8.7 / 16.03, abs=1e-4)
    found = product_effects(cars, market, {"JPN": 0.275})
    o = market.at("JPN")
    n, i, j = (cars.world.region_index("USA"), cars.world.region_index("JPN"), cars.world.sector_index("C29"))
    cost = float(cars.solution.c_hat[i, j]) / float(cars.solution.price_index_hat[n])
    assert found.price_hat[o] == pytest.approx(1.275 / market.tau[o] * cost, rel=1e-9)
    assert found.border_hat[o] == pytest.approx(cost, rel=1e-9)
    assert abs(found.gap) < 0.02
    assert next(iter(found.displaced)) == "JPN"


def test_rice_with_a_larger_us_share_by_hand(world, still) -> None:
    rice = load_market("rice", world)
    assert rice.price[rice.at("USA")] == pytest.approx(240.0, abs=1e-3)
    assert rice.price[rice.at("USA")] / rice.border[rice.at("USA")] == pytest.approx(240 / 148, rel=1e-5)
    quotas = country_shares(rice, "minimum-access", {"USA": 1.75 * 346})
    found = product_effects(still, rice, quotas=quotas)
    usa = rice.at("USA")
    # Both parts bind: the US sells 259.5 kt more and the other four so much less, at 148 yen/kg.
    assert found.quantity[usa] == pytest.approx(605.5, rel=1e-8)
    others = [rice.at(name) for name in ("THA", "AUS", "CHN", "others")]
    assert (found.quantity - rice.quantity)[others].sum() == pytest.approx(-259.5, rel=1e-8)
    gain = found.money.receipts[usa] - found.before.receipts[usa]
    assert gain == pytest.approx(259.5 * 148 / YEN, rel=1e-8)
    own, rest = found.cleared.premium
    assert own < rice.quotas[0].premium < rest
    assert found.price_hat[usa] == pytest.approx((148 + 341 * own) / (148 + 92), rel=1e-5)
    assert found.money.markup.sum() == pytest.approx(
        (605.5 * 341 * own + 161.5 * 341 * rest) / YEN, rel=1e-8
    )  # nothing beyond the largest mark-up of 292
    assert found.product_price_hat < 1
    assert found.cleared.residual < 1e-8


@pytest.mark.parametrize(
    ("name", "premium", "inside", "over"),
    [("table-rice-fy2015", 0.0, 29.315, 0.0), ("table-rice-fy2017", 80.349 / 341, 100.0, 0.0),
     ("table-rice-2025", 1.0, 100.0, 173.046)],
)  # fmt: skip
def test_table_rice_in_three_regimes(still, name: str, premium: float, inside: float, over: float) -> None:
    found = product_effects(still, load_market(name, still.world))
    assert found.cleared.premium[0] == pytest.approx(premium, abs=1e-6)
    assert found.cleared.volume[0] == pytest.approx(inside + over, rel=1e-3)
    assert found.cleared.residual < 1e-8
    duty = (inside * (49.908 if premium == 0 else 0.0) + over * 341) * found.market.per_unit
    assert found.money.duty.sum() == pytest.approx(duty, rel=1e-3)
    each = min(premium * 341, 292.0)
    assert found.money.markup.sum() == pytest.approx(inside * each * found.market.per_unit, rel=1e-3)
    kept = (premium * 341 - each) * inside * found.market.per_unit
    assert found.money.rents_importer.sum() == pytest.approx(kept, rel=1e-3, abs=1e-9)


def test_the_prices_of_2025_put_rice_at_the_over_quota_price(world) -> None:
    market = load_market("table-rice-2025", world)
    store = 3600 / 5 / 1.08 - (2000 / 5 - 10_700 / 60 / 0.9)
    assert market.border[market.home][0] == pytest.approx(store, abs=0.05)
    usa = market.price[market.at("USA")]
    assert usa == pytest.approx(298 / 346 * 341 / 2.36 + 341, abs=0.1)
    assert abs(usa / store - 1) < 0.01


def test_falling_home_prices_stop_over_quota_imports(world, still) -> None:
    market = load_market("table-rice-2025", world)
    lower = market.with_(border=np.where(market.home, market.border, market.border * 1.0))
    setting = op.Setting(
        cost_hat=np.where(market.home, 0.75, 1.0), tau=market.tau, specific=market.specific, quotas=market.quotas,
        spending_hat=1.0, sector_price_hat=1.0,
    )  # fmt: skip
    found = op.clear(lower, setting)
    assert found.volume[0] < market.quantity[~market.home].sum()
    deeper = op.clear(lower.with_(supply=np.inf), setting._replace(cost_hat=np.where(market.home, 0.5, 1.0)))
    assert deeper.volume[0] <= 100.0 + 1e-6
    assert deeper.premium[0] < 1.0
    assert found.residual < 1e-8
    assert deeper.residual < 1e-8


def test_any_product_of_any_importer_from_the_lines(world, still) -> None:
    market = market_from_lines(world, "USA", "8471")
    assert market.sector == "C26"
    assert market.origins[0] in ("MEX", "CHN", "TWN")
    n, j = world.region_index("USA"), world.sector_index("C26")
    share = market.spending[market.home][0] / market.spending.sum()
    assert share == pytest.approx(world.flows[n, n, j] / world.expenditure[n, j])
    assert market.sigma_home == pytest.approx(0.5 * market.sigma)
    none = market_from_lines(world, "USA", ["8471.30"], home_share=0.0, sigma=3.0)
    assert "USA" not in none.origins
    assert none.sigma == 3.0
    wine = market_from_lines(world, "KOR", "22", home_share=0.0)
    assert wine.origins == ("USA",)
    with pytest.raises(DealspaceError, match=r"no line of JPN's imports is under 8708; in its chapter .* 8703, 87x"):
        market_from_lines(world, "JPN", "8708")
    with pytest.raises(DealspaceError, match="has no product lines"):
        market_from_lines(small_world(lines=False), "USA", "8703")


def test_elasticities_of_the_table() -> None:
    # Means of the significant HS6 estimates of beef: 9.722 chilled, 3.720 frozen.
    assert op.sigma_of(["0201", "0202"])[0] == pytest.approx((9.722 + 3.720) / 2)
    assert op.sigma_of(["100630"])[0] == pytest.approx(7.26)
    sigma, basis = op.sigma_of(["1201"])
    assert sigma == 5.0
    assert basis.startswith("an assumption")


def test_the_table_and_the_rows(world, still) -> None:
    table = op.products(still, ["beef", "USA:8471"], {"beef": {"USA": 0.09}})
    beef = table.filter(pl.col("product") == "beef")
    assert beef["quantity before"].sum() == pytest.approx(852.96, abs=0.01)
    money = [f"{name} after (USD million)" for name in ("receipts", "duty", "mark-up", "rents")]
    assert beef.select(pl.sum_horizontal(money)).to_series().to_list() == pytest.approx(
        beef["spending after (USD million)"].to_list()
    )
    assert beef["share after (%)"].sum() == pytest.approx(100.0)
    assert set(table["unit"]) == {"kt (boneless)", "USD million at base prices"}
    effects = op.effects_of(still, "beef", {"beef": {"USA": 0.09}})["beef"]
    rows = op.report_rows(effects, least=0.1)
    assert {row["origin"] for row in rows} == {"JPN", "AUS", "USA", "1 others"}
    assert sum(float(row["quantity before"]) for row in rows) == pytest.approx(852.96, abs=0.01)
    summary = op.summary_row(effects)
    assert summary["most displaced"] == "AUS"
    assert summary["duty (USD million)"] == pytest.approx(effects.money.duty.sum() - effects.before.duty.sum())


def test_without_rates_duties_move_as_those_of_their_cell(world) -> None:
    half = ds.Policy(world, tariff={("JPN", "USA", "A01_02"): 0.5 * float(world.tariff[1, 0, 0])}, name="half")
    eq = ds.solve(world, half)
    wheat = product_effects(eq, load_market("wheat", world))
    maize = product_effects(eq, load_market("maize", world))
    assert not wheat.given
    assert wheat.after.tau[wheat.market.at("USA")] == pytest.approx(1.2125, rel=1e-9)  # half of 42.5 %
    assert wheat.after.tau[wheat.market.at("CAN")] == pytest.approx(1.425, rel=1e-9)
    assert maize.after.tau.tolist() == [1.0, 1.0, 1.0]  # no duty is below none
    assert maize.money.duty.tolist() == [0.0, 0.0, 0.0]
    table = op.products(eq, "wheat")
    assert set(table["duties"]) == {"as the whole cell's"}
    assert set(op.products(eq, "wheat", {"wheat": {}})["duties"]) == {"by origin"}


def test_unknown_names_are_told(world, still) -> None:
    with pytest.raises(DealspaceError, match="unknown market 'beaf'; did you mean 'beef'"):
        op.products(still, "beaf")
    with pytest.raises(DealspaceError, match="beef has no origin 'US'; did you mean 'USA'"):
        op.products(still, "beef", {"beef": {"US": 0.1}})
    with pytest.raises(DealspaceError, match="write IMPORTER:HS"):
        op.products(still, "XXX:8703")
    with pytest.raises(DealspaceError, match="rates are given for wine, which is not asked for"):
        op.products(still, "beef", {"wine": {"USA": 0.1}})
